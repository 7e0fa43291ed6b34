import { limits } from "./limits.ts";
import { kindOf, MATRIX, type Node, weigh, withChildren } from "./node.ts";
import { Problem, type Problems } from "./problem.ts";

const OWNER = /(task|docker_builder|pipe)$/;

/**
 * Replaces every owner of a `matrix` (the nearest task, docker_builder or pipe around it) by one copy for each of
 * the matrix's children, until no matrix is left; `children` are those of the file's root. The first matrix of the
 * document varies slowest. A top-level child that cannot be expanded is reported and left out.
 */
export function expandMatrices(children: readonly Node[], problems: Problems): readonly Node[] {
  const expansion = new MatrixExpansion();
  return children.flatMap((child) => problems.attempt(() => expansion.expand(child)) ?? []);
}

class MatrixExpansion {
  #steps = 0;
  #weight = 0;
  /** Children that were copied, once more for each matrix that was replaced. */
  #copied = 0;

  /** What takes the place of `node`, in which every matrix has its owner within `node`. */
  expand(node: Node): Node[] {
    if (node.name === MATRIX) {
      throw new Problem(
        "Expanding a matrix: it must stand within a task, a docker_builder or a pipe",
        node.at,
      );
    }
    if (node.kind === "scalar" || !node.holdsMatrix) return [node];
    const copies = OWNER.test(node.name) ? this.#copies(node) : [node];
    return copies.map((copy) =>
      copy.kind === "scalar" ? copy : withChildren(copy, copy.children.flatMap((child) => this.expand(child)))
    );
  }

  /** One copy of an owner for each combination of its own matrices; those of owners within it stay. */
  #copies(owner: Node): Node[] {
    const done: Node[] = [];
    const open = [owner];
    for (let next = open.pop(); next; next = open.pop()) {
      const variants = this.#variants(next);
      if (variants) {
        open.push(...variants.reverse());
        this.#steps += 1 + variants.length;
      } else {
        done.push(next);
        this.#weight += weigh(next);
      }
      if (
        this.#steps > 2 * limits.tasks || done.length > limits.tasks || open.length > limits.tasks ||
        this.#weight > limits.weight || this.#copied > limits.weight
      ) {
        throw new Problem(
          "Expanding a matrix: it makes too many tasks, or too large ones; make its lists shorter",
          owner.at,
        );
      }
    }
    return done;
  }

  /** The copies of `node` that its first matrix makes, or undefined when it has none of its own. */
  #variants(node: Node): Node[] | undefined {
    if (node.kind === "scalar" || !node.holdsMatrix) return undefined;
    for (const [index, child] of node.children.entries()) {
      if (OWNER.test(child.name)) continue;
      const replacements = child.name === MATRIX
        ? optionsOf(child)
        : this.#variants(child)?.map((variant) => [variant]);
      if (replacements) {
        this.#copied += replacements.length * node.children.length;
        return replacements.map((option) => withChildren(node, node.children.toSpliced(index, 1, ...option)));
      }
    }
    return undefined;
  }
}

/** What each copy gets in the place of the matrix. */
function optionsOf(matrix: Node): (readonly Node[])[] {
  if (matrix.kind === "map") return matrix.children.map((child) => [child]);
  if (matrix.kind === "scalar") {
    throw new Problem(
      "Expanding a matrix: it must be a map or a list of maps, one entry for each copy of the task",
      matrix.at,
    );
  }
  return matrix.children.map((item) => {
    if (item.kind === "map") return item.children;
    throw new Problem(
      `Expanding a matrix: each item of its list must be a map, this is ${kindOf(item)}`,
      item.at,
    );
  });
}
