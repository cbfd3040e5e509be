import type { RowPlan, RowWidth } from './row-plan.ts';

/** The WGSL type of one load. */
export function loadType(width: RowWidth): string {
  return width === 1 ? 'f32' : `vec${width}<f32>`;
}

/** WGSL for the sum of the elements of one load. */
export function sumOf(value: string, width: RowWidth): string {
  return width === 1 ? value : `dot(${value}, ${loadType(width)}(1.0))`;
}

/** WGSL for the largest element of one load, of a plain name. */
export function maxOf(name: string, width: RowWidth): string {
  if (width === 1) return name;
  return width === 2 ? `max(${name}.x, ${name}.y)` : `max(max(${name}.x, ${name}.y), max(${name}.z, ${name}.w))`;
}

/** `lane`, `row` and `start` (the row's first load), which every kernel on rows begins with. */
export function rowHead({ lanes, workgroup }: RowPlan): string {
  return `
  let lane = i32(localIndex) % ${lanes};
  let row = i32(groupIndex) * ${workgroup / lanes} + i32(localIndex) / ${lanes};
  let start = row * params.loads;`;
}

/** A loop over the loads of this invocation in its row; the body sees `col`, counted in loads, and `k` where loads are held. */
export function eachLoad({ lanes, held }: RowPlan, body: string): string {
  if (held === 0) {
    return `
  if (row < params.rows) {
    for (var col = lane; col < params.loads; col += ${lanes}) {${body}
    }
  }`;
  }
  return `
  for (var k = 0; k < ${held}; k += 1) {
    let col = lane + k * ${lanes};
    if (row < params.rows && col < params.loads) {${body}
    }
  }`;
}

/** Registers for what is read more than once, where the plan holds any. */
export function holding({ held, width }: RowPlan, names: readonly string[]): string {
  return held === 0 ? '' : names.map((name) => `\n  var held_${name} : array<${loadType(width)}, ${held}>;`).join('');
}

/** Reads `port` for the first time: `let value = …`, kept if the plan holds loads. */
export function firstRead({ held }: RowPlan, port: string, value: string, index: string): string {
  return `let ${value} = load_${port}(${index});${held === 0 ? '' : ` held_${port}[k] = ${value};`}`;
}

/** Reads `port` again, from registers where it was kept. */
export function readAgain({ held }: RowPlan, port: string, value: string, index: string): string {
  return `let ${value} = ${held === 0 ? `load_${port}(${index})` : `held_${port}[k]`};`;
}

/** The workgroup memory in which lanes meet; nothing where a row has one lane. */
export function meetingPlace({ lanes, workgroup }: RowPlan, type: string): string {
  return lanes === 1 ? '' : `var<workgroup> meeting : array<${type}, ${workgroup}>;`;
}

/**
 * Folds the variable `mine` of all lanes of a row, in a fixed order, so that every lane ends with the whole row's.
 *
 * @param fold - WGSL that merges `other` into `mine`
 */
export function foldLanes({ lanes }: RowPlan, fold: string): string {
  if (lanes === 1) return '';
  return `
  workgroupBarrier();
  meeting[localIndex] = mine;
  for (var reach = ${lanes / 2}; reach > 0; reach = reach / 2) {
    workgroupBarrier();
    if (lane < reach) {
      let other = meeting[i32(localIndex) + reach];
      ${fold}
      meeting[localIndex] = mine;
    }
  }
  workgroupBarrier();
  mine = meeting[i32(localIndex) - lane];`;
}
