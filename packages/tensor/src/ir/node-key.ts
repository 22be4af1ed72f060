import type { Node, Tensor } from './tensor';

const literalIds = new WeakMap<object, number>();
let literals = 0;

/** Equal for nodes that compute the same. @param idOf tells the tensors apart that a node reads */
export function nodeKey(node: Node, idOf: (x: Tensor) => number): string {
  const ids = (xs: readonly Tensor[]): string => xs.map(idOf).join(',');
  switch (node.kind) {
    case 'input':
      return `input ${node.name}`;
    case 'literal': {
      if (!literalIds.has(node.data)) literalIds.set(node.data, literals++);
      return `literal ${literalIds.get(node.data)}`;
    }
    case 'state':
      return `state ${node.name} ${node.offset}`;
    case 'map':
      return `map ${node.term.id} ${ids(node.xs)}`;
    case 'reduce':
      return `reduce ${node.op} ${node.axes} ${idOf(node.x)}`;
    case 'contract':
      return `contract ${node.spec.a},${node.spec.b}->${node.spec.out} ${idOf(node.a)},${idOf(node.b)}`;
    case 'view':
      return `view ${JSON.stringify(node.view)} ${idOf(node.x)}`;
    case 'concat':
      return `concat ${node.axis} ${ids(node.xs)}`;
    case 'gather':
      return `gather ${idOf(node.table)},${idOf(node.index)}`;
    case 'random':
      return `random ${node.distribution} ${node.stream} ${idOf(node.keys)}`;
    case 'pack':
      return `pack ${JSON.stringify(node.segments)} ${ids(node.xs)}`;
    case 'stop':
    case 'stored':
      return `${node.kind} ${idOf(node.x)}`;
    case 'named':
      return `named ${node.call.definition.name} ${JSON.stringify(node.call.attributes)} ${ids(node.call.xs)}`;
    case 'result':
      return `result ${idOf(node.of)} ${node.index}`;
  }
}
