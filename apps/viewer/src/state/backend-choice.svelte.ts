import type { BackendChoice } from '@noisesmith/tensor';

const key = 'noisesmith.backend';
const choices: readonly BackendChoice[] = ['auto', 'webgpu', 'wasm'];

function begun(): BackendChoice {
  const asked = new URLSearchParams(window.location.search).get('backend');
  const found = choices.find((choice) => choice === asked);
  if (found) return found;
  try {
    const stored = localStorage.getItem(key);
    return choices.find((choice) => choice === stored) ?? 'auto';
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
    return 'auto';
  }
}

/**
 * What the pages compute with: what is best here, unless one is chosen on page Device, or by `?backend=wasm` before the `#` of
 * the address, which holds for this visit. It is this machine's affair, so that it is no part of a view that is shared.
 */
class ChosenBackend {
  choice = $state<BackendChoice>(begun());

  choose(choice: BackendChoice): void {
    this.choice = choice;
    try {
      localStorage.setItem(key, choice);
    } catch {
      // As above.
    }
  }
}

export const chosenBackend = new ChosenBackend();
