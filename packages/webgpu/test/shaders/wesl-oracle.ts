import type { AbstractElem, ComponentExpression, DeclIdent, RefIdentElem, WeslAST } from 'wesl/core';
import { bindIdents, childElems, parseSrcModule, throwOnParseError } from 'wesl/core';

/** A use of a storage binding as wesl, a parser by other authors, sees it. */
export interface OracleUse {
  readonly name: string;
  /** `other` is any use that is not the base of an index expression. */
  readonly kind: 'load' | 'store' | 'update' | 'other';
  /** Where the name stands. */
  readonly start: number;
  /** The index expression, without brackets; absent for `other`. */
  readonly index?: string;
}

/** Parses with wesl. @throws its error if the text is not WGSL */
export function parseWithWesl(wgsl: string): WeslAST {
  const ast = parseSrcModule({ modulePath: 'package::main', debugFilePath: './main.wgsl', src: wgsl });
  throwOnParseError(ast);
  return ast;
}

/** All uses of the storage variables of a shader, by offset. */
export function usesByWesl(wgsl: string): OracleUse[] {
  const ast = parseWithWesl(wgsl);
  const { bindings } = bindIdents({ rootAst: ast, resolver: { resolveModule: () => undefined } as never, accumulateUnbound: true });
  const storage = new Set<DeclIdent>();
  for (const elem of ast.moduleElem.decls) {
    if (elem.kind === 'gvar' && /var\s*<\s*storage/u.test(wgsl.slice(elem.start, elem.end))) storage.add(elem.name.decl.ident);
  }
  const uses: OracleUse[] = [];
  const indexed = new Set<AbstractElem>();
  const targets = new Map<AbstractElem, 'store' | 'update'>();
  const visit = (elem: AbstractElem): void => {
    if (elem.kind === 'assign' && elem.lhs.kind === 'component-expression')
      targets.set(elem.lhs, elem.op.value === '=' ? 'store' : 'update');
    if (elem.kind === 'component-expression') visitIndex(elem);
    if (elem.kind === 'ref' && !indexed.has(elem)) {
      const decl = declared(elem);
      if (decl !== undefined) uses.push({ name: decl.originalName, kind: 'other', start: elem.start });
    }
    for (const child of childElems(elem)) visit(child);
  };
  const visitIndex = (elem: ComponentExpression): void => {
    if (elem.base.kind !== 'ref') return;
    const decl = declared(elem.base);
    if (decl === undefined) return;
    indexed.add(elem.base);
    const index = wgsl.slice(elem.access.start, elem.access.end);
    uses.push({ name: decl.originalName, kind: targets.get(elem) ?? 'load', start: elem.base.start, index });
  };
  const declared = ({ ident }: RefIdentElem): DeclIdent | undefined => {
    const target = bindings.refersTo.get(ident);
    return target !== undefined && target !== 'std' && storage.has(target) ? target : undefined;
  };
  visit(ast.moduleElem);
  return uses.sort((a, b) => a.start - b.start);
}
