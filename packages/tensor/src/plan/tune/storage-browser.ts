import type { TextStorage } from './text-storage';

const TABLES = 'tables';

const finished = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function database(name: string): Promise<IDBDatabase> {
  if (!globalThis.indexedDB) throw new Error('there is no IndexedDB here');
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(TABLES);
  return finished(request);
}

/** Entries of an IndexedDB database, 'noisesmith-tuning' unless named. */
export function openTextStorage(name = 'noisesmith-tuning'): TextStorage {
  return {
    where: (key) => `IndexedDB ${name}: ${key}`,
    async read(key) {
      const db = await database(name);
      try {
        const found: unknown = await finished(db.transaction(TABLES).objectStore(TABLES).get(key));
        return typeof found === 'string' ? found : undefined;
      } finally {
        db.close();
      }
    },
    async prepare() {
      (await database(name)).close();
    },
    async write(key, text) {
      const db = await database(name);
      try {
        const transaction = db.transaction(TABLES, 'readwrite');
        transaction.objectStore(TABLES).put(text, key);
        await new Promise<void>((resolve, reject) => {
          transaction.oncomplete = () => resolve();
          transaction.onabort = () => reject(transaction.error);
        });
      } finally {
        db.close();
      }
    },
  };
}
