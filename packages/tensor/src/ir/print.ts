import type { Graph } from './program';
import { children, reachable, type Tensor } from './tensor';
import { printTerm } from './term';

/** A graph as text, one tensor a line in the order in which it can be computed; named calls stand as one line. */
export function printGraph(graph: Graph): string {
  const roots = [...Object.values(graph.outputs), ...Object.values(graph.assigns)];
  const order = reachable(roots).filter((t) => t.node.kind !== 'named');
  const names = new Map<Tensor, string>(order.map((t, i) => [t, `%${i}`]));
  const lines = order.map((t) => {
    const given = t.node.kind === 'result' ? children(t.node.of) : children(t);
    const args = given.map((x) => names.get(x) ?? '?').join(', ');
    return `${names.get(t)} = ${describe(t)}(${args}) ${t.dtype}[${t.shape}]${t.path ? `  # ${t.path}` : ''}`;
  });
  const results = [
    ...Object.entries(graph.outputs).map(([name, t]) => `output ${name} = ${names.get(t)}`),
    ...Object.entries(graph.assigns).map(([name, t]) => `state ${name} = ${names.get(t)}`),
  ];
  return [...lines, ...results].join('\n');
}

function describe(t: Tensor): string {
  const { node } = t;
  switch (node.kind) {
    case 'input':
      return `input ${node.name}`;
    case 'state':
      return `state ${node.name}+${node.offset}`;
    case 'map':
      return `map ${printTerm(node.term)}`;
    case 'reduce':
      return `${node.op} over [${node.axes}]`;
    case 'contract':
      return `contract ${node.spec.a},${node.spec.b}->${node.spec.out}`;
    case 'view':
      return node.view.kind === 'pad' && node.view.value !== 0 ? `pad with ${node.view.value}` : node.view.kind;
    case 'random':
      return `random ${node.distribution}`;
    case 'result':
      return node.of.node.kind === 'named' ? `${node.of.node.call.definition.name}.${node.index}` : 'result';
    default:
      return node.kind;
  }
}
