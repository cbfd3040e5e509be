// `node apps/docs/prepare/api.mjs FOLDER [--packages FOLDER --tsconfig FILE]`: writes one Markdown file a package with every export, as its doc comments say it.
// Exit code 1 with one line for each undocumented export and for each other warning of TypeDoc.
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Application, Comment, Converter, LogLevel, ReflectionKind, TSConfigReader } from 'typedoc';

/** @import { DeclarationReflection, SignatureReflection } from 'typedoc' */

const root = join(import.meta.dirname, '../../..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    packages: { type: 'string', default: join(root, 'packages') },
    tsconfig: { type: 'string', default: join(import.meta.dirname, 'api.tsconfig.json') },
  },
});
const packagesFolder = resolve(values.packages);
const withoutApi = ['halftone', 'testing']; // one re-exports the others, one is for our own tests
const names = (await readdir(packagesFolder)).filter((name) => !withoutApi.includes(name)).toSorted();

const app = await Application.bootstrapWithPlugins(
  {
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: names.map((name) => join(packagesFolder, name, 'src', 'index.ts')),
    basePath: packagesFolder,
    tsconfig: resolve(values.tsconfig),
    alwaysCreateEntryPointModule: true,
    skipErrorChecking: true, // `npm test` checks the types
    readme: 'none',
    disableGit: true,
    disableSources: true,
    excludeExternals: true,
    excludePrivate: true,
    excludeProtected: true,
    sort: ['source-order'],
    groupOrder: ['Functions', 'Variables', 'Classes', 'Interfaces', 'Type Aliases'],
    blockTags: [...defaultBlockTags(), '@nocollapse'],
    excludeTags: ['@nocollapse'],
    validation: { notExported: true, invalidLink: true, notDocumented: true },
    requiredToBeDocumented: ['Class', 'Interface', 'Function', 'Variable', 'TypeAlias'],
    router: 'module',
    entryFileName: 'index',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    classPropertiesFormat: 'table',
    typeAliasPropertiesFormat: 'table',
    propertyMembersFormat: 'table',
    typeDeclarationFormat: 'table',
    typeDeclarationVisibility: 'compact',
    tableColumnSettings: { hideDefaults: true, hideInherited: true, hideModifiers: true, hideOverrides: true, hideSources: true },
    logLevel: LogLevel.Warn,
  },
  [new TSConfigReader()],
);
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
  for (const reflection of context.project.getReflectionsByKind(ReflectionKind.FunctionOrMethod))
    shareComment(/** @type {DeclarationReflection} */ (reflection));
});

const project = await app.convert();
if (project) {
  for (const module of project.children ?? []) module.name = `@halftone/${module.name.split('/')[0]}`;
  app.validate(project);
  if (app.logger.errorCount === 0 && app.logger.warningCount === 0) {
    app.options.setValue('markdown', resolve(positionals[0] ?? 'api'));
    await app.generateOutputs(project);
  }
}
const faults = app.logger.errorCount + app.logger.warningCount;
if (faults > 0 || !project) {
  console.error(
    `[docs] TypeDoc found ${faults} faults in the doc comments, each named above. Document what is exported; say why it is there.`,
  );
  process.exitCode = 1;
}

/**
 * One comment before the first overload speaks for all: each signature takes the parameters that it has.
 *
 * @param {DeclarationReflection} reflection
 */
function shareComment({ signatures = [] }) {
  const [first, ...others] = signatures;
  const comment = first?.comment;
  if (!first || !comment) return;
  const has = /** @type {(signature: SignatureReflection, name: string | undefined) => boolean} */ (
    (signature, name) => (signature.parameters ?? []).some((parameter) => parameter.name === name)
  );
  const params = comment.blockTags.filter(({ tag }) => tag === '@param');
  for (const other of others)
    other.comment ??= new Comment(
      [],
      params.filter(({ name }) => has(other, name)).map((tag) => tag.clone()),
    );
  const isElsewhere = /** @param {string | undefined} name */ (name) => others.some((other) => has(other, name));
  comment.blockTags = comment.blockTags.filter(({ tag, name }) => tag !== '@param' || has(first, name) || !isElsewhere(name));
}

function defaultBlockTags() {
  return ['@param', '@returns', '@throws', '@example', '@see', '@typeParam', '@defaultValue', '@deprecated', '@remarks'];
}
