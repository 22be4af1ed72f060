// Reference: listings written down here, with the classes and images that a person would name in them.
import { describe, expect, it } from 'vitest';
import { endingCounts, imageFolder } from './image-folder';

const labelled = (paths: readonly string[]) => {
  const { images, labels, classes } = imageFolder(paths, 'set');
  return images.map((path, i) => `${path} ${classes[labels[i]!]}`);
};

describe('classes', () => {
  it('are in natural order, whatever order the listing has', () => {
    const paths = Array.from({ length: 12 }, (_, i) => `${i}/a.png`).sort();
    expect(imageFolder(paths, 'set').classes).toEqual(Array.from({ length: 12 }, (_, i) => String(i)));
    expect(labelled(paths)[10]).toBe('10/a.png 10');
    expect(imageFolder(['b2/x.png', 'b10/x.png', 'b1/x.png', 'Z/x.png'], 'set').classes).toEqual([
      'Z',
      'b1',
      'b2',
      'b10',
    ]);
    expect(labelled(['01/b.png', '1/a.png', '01/c.png'])).toEqual(['1/a.png 1', '01/b.png 01', '01/c.png 01']);
  });

  it('are the first folder, however deep an image lies', () => {
    expect(labelled(['cat/x/y/1.png', 'cat/2.png', 'dog/1.png'])).toEqual([
      'cat/2.png cat',
      'cat/x/y/1.png cat',
      'dog/1.png dog',
    ]);
  });

  it('are none in plain folders, where images may lie anywhere', () => {
    const paths = ['a.png', 'cat/b.JPG', 'cat/.c.png', 'dog/x/d.png', 'notes.txt'];
    const { classes, images, labels, warnings } = imageFolder(paths, 'set', 'plain');
    expect({ classes, images }).toEqual({ classes: [], images: ['a.png', 'cat/b.JPG', 'dog/x/d.png'] });
    expect([...labels]).toEqual([-1, -1, -1]);
    expect(warnings).toEqual(['set: left out by their ending: 1 with ending .txt (notes.txt)']);
    expect(endingCounts(images)).toEqual({ png: 2, jpg: 1 });
  });

  it('are none without folders', () => {
    expect(imageFolder(['2.png', '10.png', '1.png'], 'set')).toEqual({
      images: ['1.png', '2.png', '10.png'],
      labels: Int32Array.of(-1, -1, -1),
      classes: [],
      skipped: [],
      warnings: [],
    });
  });
});

it.each([
  '.ipynb_checkpoints/0-checkpoint.png',
  'cat/.ipynb_checkpoints/0-checkpoint.png',
  '.Trash-1000/files/0.png',
  'cat/._0.png',
  '__MACOSX/cat/0.png',
  '__MACOSX/cat/._0.png',
  'cat/@eaDir/0.png',
  '@eaDir/0.png',
  'Thumbs.db',
  'cat/thumbs.db',
  'cat/desktop.ini',
  '$RECYCLE.BIN/0.png',
  'lost+found/0.png',
])('%s is hidden: no class, no image, no word', (path) => {
  const plain = ['cat/0.png', 'dog/0.png'];
  expect(imageFolder([path, ...plain], 'set')).toEqual(imageFolder(plain, 'set'));
});

describe('endings', () => {
  it('are told from case, and only those that decode everywhere count', () => {
    const names = ['a.JPG', 'b.jpeg', 'c.jpe', 'd.JFIF', 'e.png', 'f.webp', 'g.gif', 'h.avif'];
    const others = ['i.bmp', 'j.BMP', 'k.tiff', 'l.heic', 'm.svg', 'README', 'png', 'n.png.txt'];
    const { images, skipped, warnings } = imageFolder([...names, ...others], 'set');
    expect(images).toEqual(names);
    expect(skipped.map(({ reason, count }) => `${count} ${reason}`).sort()).toEqual([
      '1 ending .heic',
      '1 ending .svg',
      '1 ending .tiff',
      '1 ending .txt',
      '2 ending .bmp',
      '2 no ending',
    ]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('set: left out by their ending: 2 with ');
    expect(warnings[0]).toContain('2 with ending .bmp (i.bmp)');
  });

  it('a folder of others only is an error that says what it holds', () => {
    expect(() => imageFolder(['a/1.bmp', 'a/2.bmp', 'README'], 'set')).toThrow(
      /^set: no images \(\.jpg .*\); it holds 2 with ending \.bmp, 1 with no ending$/,
    );
    expect(() => imageFolder([], 'set')).toThrow(/it holds no files$/);
    expect(() => imageFolder(['.git/a.png', 'empty/'], 'set')).toThrow(/it holds no files$/);
  });
});

describe('warnings', () => {
  const warningsOf = (...paths: string[]) => imageFolder(paths, 'set').warnings;

  it.each([
    ['holds other files only', 'bird/0.bmp', 2],
    ['holds nothing', 'bird/', 1],
    ['holds hidden files only', 'bird/.DS_Store', 1],
    ['holds an empty folder', 'bird/old/', 1],
  ])('a class folder that %s', (_, path, count) => {
    const warnings = warningsOf('cat/0.png', path, 'dog/0.png');
    expect(warnings).toHaveLength(count);
    expect(warnings.at(-1)).toBe('set: no images in bird: no class of that name');
  });

  it.each([
    [
      ['train/cat/0.png', 'train/dog/0.png', 'val/cat/0.png', 'val/dog/0.png'],
      'set: the classes are called train, val, as parts of a data set are: if they are that, give one of them, such as set/train',
    ],
    [
      ['fold1/cat/0.png', 'fold1/dog/0.png', 'fold2/cat/0.png'],
      'set: the classes fold1, fold2 hold folders of the same names (cat): if they are parts of a data set, give one of them, such as set/fold1',
    ],
    [
      ['Test/0.png', 'Train/0.png'],
      'set: the classes are called Test, Train, as parts of a data set are: if they are that, give one of them, such as set/Test',
    ],
    [
      ['pets/cat/0.png', 'pets/dog/0.png'],
      'set: its only class is pets, which holds the folders cat, dog: if those are the classes, give set/pets',
    ],
  ])('%j look like parts of a data set', (paths, expected) => {
    expect(warningsOf(...paths)).toEqual([expected]);
  });

  it.each([
    [['cat/0.png', 'dog/0.png']],
    [['cat/a/0.png', 'dog/b/0.png']],
    [['cat/2019/0.png', 'cat/0.png', 'dog/2019/0.png']],
    [['only/0.png']],
    [['train/0.png', 'car/0.png']],
  ])('%j do not', (paths) => {
    expect(warningsOf(...paths)).toEqual([]);
  });

  it('show what a name would do to a terminal', () => {
    expect(warningsOf('cat/0.png', 'cat/\u001b[2J\n.txt')).toEqual([
      'set: left out by their ending: 1 with ending .txt (cat/\\u001b[2J\\n.txt)',
    ]);
    expect(() => imageFolder(['\u001b[2J.png', 'cat/0.png'], 'set')).toThrow('such as \\u001b[2J.png, lie beside');
  });

  it('stay one line for many classes', () => {
    const empty = Array.from({ length: 40 }, (_, i) => `e${i}/`);
    expect(warningsOf('cat/0.png', ...empty)).toEqual([
      'set: no images in e0, e1, e2, e3, e4 and 35 more: no class of that name',
    ]);
  });
});
