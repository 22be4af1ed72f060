// Reference: the definition in the docstrings, on a small browser made here, whose events come after its address, as the HTML standard has it.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AddressBar, type AddressWindow } from './address-bar';

/** A window whose address changes at once and whose events wait for `tell`. */
class SmallBrowser extends EventTarget implements AddressWindow {
  readonly document = Object.assign(new EventTarget(), { hidden: false });
  readonly location = { hash: '' };
  readonly writes: string[] = [];
  refuses = false;
  /** How the page was come to. */
  navigation = 'navigate';
  readonly performance = {
    getEntriesByType: (type: string) => (type === 'navigation' ? [{ type: this.navigation } as never] : []),
  };
  kept = new Map<string, string>();
  readonly storage = {
    getItem: (key: string) => this.kept.get(key) ?? null,
    setItem: (key: string, value: string) => void this.kept.set(key, value),
    removeItem: (key: string) => void this.kept.delete(key),
  };
  get sessionStorage() {
    if (this.refuses) throw new Error('forbidden');
    return this.storage;
  }
  readonly history = {
    state: null,
    replaceState: (_state: unknown, _title: string, hash?: string | URL | null): void => {
      if (this.refuses) throw new Error('too many');
      this.location.hash = String(hash);
      this.writes.push(String(hash));
    },
  };
  private readonly untold: string[] = [];

  go(hash: string): void {
    this.location.hash = hash;
    this.untold.push('popstate', 'hashchange');
  }

  tell(): void {
    for (const type of this.untold.splice(0)) this.dispatchEvent(new Event(type));
  }
}

function open(hash: string, given: Partial<Pick<SmallBrowser, 'kept' | 'navigation' | 'refuses'>> = {}) {
  const browser = Object.assign(new SmallBrowser(), given);
  browser.location.hash = hash;
  const visits: string[] = [];
  const bar: AddressBar = new AddressBar(browser, (path) =>
    visits.push([path, ...[...bar.valuesOf(path)].flat()].join(' ')),
  );
  return { bar, browser, visits };
}

const turn = (bar: AddressBar, path: string, values: Record<string, string | undefined>) =>
  bar.change(path, Object.entries(values));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('what a page changes', () => {
  it('holds at once and is shown a little later, all of it in one write, and is no visit', () => {
    const { bar, browser, visits } = open('#/train?data=digits&b=2');
    turn(bar, 'train', { b: '0.3', size: '8' });
    turn(bar, 'train', { b: '0.4' });
    turn(bar, 'train', { data: undefined });
    expect(Object.fromEntries(bar.valuesOf('train'))).toEqual({ b: '0.4', size: '8' });
    expect(browser.writes).toEqual([]);
    vi.advanceTimersByTime(149);
    expect(browser.writes).toEqual([]);
    // Who goes on turning sees it all the same.
    turn(bar, 'train', { b: '0.4' });
    vi.advanceTimersByTime(1);
    expect(browser.writes).toEqual(['#/train?b=0.4&size=8']);
    vi.advanceTimersByTime(1000);
    expect([browser.writes.length, visits]).toEqual([1, []]);
  });

  it('by two parts of one page within the pause, stays, of both', () => {
    const { bar, browser } = open('#/inspect');
    turn(bar, 'inspect', { view: 'measure' });
    turn(bar, 'inspect', { k: '5', seed: undefined });
    vi.runAllTimers();
    expect(browser.location.hash).toBe('#/inspect?view=measure&k=5');
  });

  it('that is as it was is not written', () => {
    const { bar, browser } = open('#/train?b=2');
    turn(bar, 'train', { b: '3' });
    turn(bar, 'train', { b: '2' });
    vi.runAllTimers();
    expect(browser.writes).toEqual([]);
  });

  it('that is not the one shown goes nowhere, and has no values', () => {
    const { bar, browser } = open('#/device?size=full');
    turn(bar, 'train', { size: undefined, b: '2' });
    vi.runAllTimers();
    expect([browser.location.hash, browser.writes]).toEqual(['#/device?size=full', []]);
    expect([...bar.valuesOf('train')]).toEqual([]);
    expect([...bar.valuesOf('device')]).toEqual([['size', 'full']]);
  });

  it('that a browser refuses is shown with the next change', () => {
    const { bar, browser } = open('#/train');
    browser.refuses = true;
    turn(bar, 'train', { b: '2' });
    vi.runAllTimers();
    expect(browser.location.hash).toBe('#/train');
    browser.refuses = false;
    turn(bar, 'train', { size: '8' });
    vi.runAllTimers();
    expect(browser.location.hash).toBe('#/train?b=2&size=8');
  });
});

describe('a browser that goes elsewhere', () => {
  it('is heard once, also where only values differ', () => {
    const { browser, visits } = open('#/train?b=1');
    browser.go('#/train?b=2');
    browser.tell();
    browser.go('#/');
    browser.tell();
    expect(visits).toEqual(['train b 2', '']);
  });

  it('keeps its address when the pause ends before its event comes', () => {
    const { bar, browser, visits } = open('#/train?shape=moons');
    turn(bar, 'train', { shape: 'rings' });
    browser.go('#/train?data=digits&steps=20000');
    vi.runAllTimers();
    browser.tell();
    vi.runAllTimers();
    expect([browser.location.hash, browser.writes]).toEqual(['#/train?data=digits&steps=20000', []]);
    expect(visits).toEqual(['train data digits steps 20000']);
    turn(bar, 'train', { b: '2' });
    vi.runAllTimers();
    expect(browser.writes).toEqual(['#/train?data=digits&steps=20000&b=2']);
  });

  it('keeps its address when the page is left before its event comes', () => {
    const { bar, browser } = open('#/train?shape=moons');
    turn(bar, 'train', { shape: 'rings' });
    browser.go('#/train?data=digits');
    browser.dispatchEvent(new Event('pagehide'));
    expect([browser.location.hash, browser.writes]).toEqual(['#/train?data=digits', []]);
    expect(open('#/train?data=digits', { kept: browser.kept, navigation: 'reload' }).bar.valuesOf('train').size).toBe(
      1,
    );
  });

  it('keeps its address when the page it left tells its values before the event comes', () => {
    const { bar, browser, visits } = open('#/train?shape=moons');
    browser.go('#/train?data=digits');
    turn(bar, 'train', { shape: 'moons', data: undefined });
    // Heard by then, so that the page reads what it is to show.
    expect(visits).toEqual(['train data digits']);
    browser.tell();
    vi.runAllTimers();
    expect([browser.location.hash, visits.length]).toEqual(['#/train?data=digits', 1]);
  });

  it('to where the page itself once wrote is heard', () => {
    const { bar, browser, visits } = open('#/train');
    turn(bar, 'train', { b: '2' });
    vi.runAllTimers();
    browser.go('#/train?b=5');
    browser.tell();
    browser.go('#/train?b=2');
    browser.tell();
    expect(visits).toEqual(['train b 5', 'train b 2']);
  });

  it('to another page and back gives nothing of one page to the other', () => {
    const { bar, browser } = open('#/train?b=2');
    turn(bar, 'train', { b: '3' });
    browser.go('#/device');
    turn(bar, 'device', { size: 'full' });
    browser.tell();
    turn(bar, 'device', { size: 'quick' });
    vi.runAllTimers();
    expect(browser.location.hash).toBe('#/device?size=quick');
    browser.go('#/train?b=2');
    expect([...bar.valuesOf('train')]).toEqual([['b', '2']]);
  });
});

describe('what was turned last', () => {
  const leave = {
    'is left': (browser: SmallBrowser) => browser.dispatchEvent(new Event('pagehide')),
    'is put aside': (browser: SmallBrowser) => {
      browser.document.hidden = true;
      browser.document.dispatchEvent(new Event('visibilitychange'));
    },
    'is gone from by a link': (browser: SmallBrowser) => {
      const click = new Event('click');
      Object.defineProperty(click, 'target', { value: { closest: (what: string) => what === 'a[href]' || null } });
      browser.document.dispatchEvent(click);
    },
  };
  it.each(Object.entries(leave))('is written when the page %s', (_, act) => {
    const { bar, browser } = open('#/schedules');
    turn(bar, 'schedules', { t: '0.31' });
    act(browser);
    expect(browser.writes).toEqual(['#/schedules?t=0.31']);
    act(browser);
    vi.runAllTimers();
    expect(browser.writes.length).toBe(1);
  });

  it('waits when the page comes back or a click leads nowhere', () => {
    const { bar, browser } = open('#/schedules');
    turn(bar, 'schedules', { t: '0.31' });
    browser.document.dispatchEvent(new Event('visibilitychange'));
    browser.document.dispatchEvent(new Event('click'));
    expect(browser.writes).toEqual([]);
  });

  it('is there after a reload, for which the browser has read the address before', () => {
    const left = open('#/schedules?t=0.2');
    turn(left.bar, 'schedules', { t: '0.31' });
    left.browser.dispatchEvent(new Event('pagehide'));
    const { kept } = left.browser;
    const came = (hash: string, navigation: string) => {
      const { bar, browser } = open(hash, { kept, navigation });
      expect(bar.valuesOf('schedules').get('t')).toBe(/t=(.*)/.exec(browser.location.hash)?.[1]);
      return browser.location.hash;
    };
    expect(came('#/schedules?t=0.2', 'reload')).toBe('#/schedules?t=0.31');
    expect(came('#/schedules?t=0.2', 'navigate')).toBe('#/schedules?t=0.2');
    expect(came('#/schedules?t=0.5', 'reload')).toBe('#/schedules?t=0.5');
    // A page that is shown again has what it was left with.
    left.browser.dispatchEvent(new Event('pageshow'));
    expect(came('#/schedules?t=0.2', 'reload')).toBe('#/schedules?t=0.2');
  });

  it('may be lost in a reload where nothing can be kept, and only there', () => {
    const { bar, browser } = open('#/schedules', { navigation: 'reload', refuses: true });
    turn(bar, 'schedules', { t: '0.31' });
    browser.dispatchEvent(new Event('pagehide'));
    expect(browser.location.hash).toBe('#/schedules');
    const odd = open('#/schedules', { navigation: 'reload', kept: new Map([['noisesmith.left', '{']]) });
    expect(odd.bar.path).toBe('schedules');
  });
});
