/** Work that goes on whichever page is shown, for the header: `Training, step 1,200`; empty where there is none. */
export const activity = $state({ text: '', path: '' });
