import { AddressBar } from './address-bar';

/** Where the visitor is, as reactive state. */
class Location {
  readonly bar: AddressBar = new AddressBar(window, (path) => {
    this.visit = { path };
  });
  /** Another object each time that the browser goes elsewhere; what pages write into the address does not count. */
  visit: { readonly path: string } = $state.raw({ path: this.bar.path });
}

export const location = new Location();
