export type ThemeChoice = 'system' | 'light' | 'dark';

const key = 'noisesmith.theme';
const dark = window.matchMedia('(prefers-color-scheme: dark)');

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(key);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
    return 'system';
  }
}

/** Light or dark, as the system says or as chosen. */
class Theme {
  choice = $state<ThemeChoice>(stored());
  private system = $state(dark.matches);
  readonly isDark = $derived(this.choice === 'system' ? this.system : this.choice === 'dark');

  constructor() {
    dark.addEventListener('change', ({ matches }) => {
      this.system = matches;
    });
    this.show();
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    try {
      localStorage.setItem(key, choice);
    } catch {
      // As above.
    }
    this.show();
  }

  private show(): void {
    if (this.choice === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.choice;
  }
}

export const theme = new Theme();
