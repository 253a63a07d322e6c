const { readdirSync } = require('node:fs');

/** A plugin is written against the contracts, and may buffer. */
const PLUGINS = readdirSync(`${__dirname}/packages`).filter((name) => name.startsWith('plugin-'));

/**
 * The package arrows of ARCHITECTURE.md: A may import B only if B stands in A's row.
 * What an arrow may reach is the other package's entry, never its inside.
 */
const ARROWS = {
  core: [],
  conformance: ['core'],
  ringbuffer: ['core'],
  'native-poller': ['core'],
  'node-poller': ['core'],
  loop: ['core'],
  metrics: ['core'],
  server: ['core', 'loop', 'ringbuffer'],
  gev: ['core', 'loop', 'native-poller', 'node-poller', 'server'],
  ...Object.fromEntries(PLUGINS.map((name) => [name, ['core', 'ringbuffer']])),
};

const packageArrows = Object.entries(ARROWS).map(([name, targets]) => ({
  name: `arrows-of-${name}`,
  comment: `packages/${name} may import only: ${targets.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: {
    path: '^packages/([^/]+)/',
    pathNot: [name, ...targets].map((target) => `^packages/${target}/`),
  },
}));

const insides = Object.keys(ARROWS).map((name) => ({
  name: `inside-of-${name}`,
  comment: `the sources of packages/${name} are reached through its exports only`,
  severity: 'error',
  from: { pathNot: `^packages/${name}/` },
  to: { path: `^packages/${name}/(src|test)/` },
}));

module.exports = {
  forbidden: [
    ...packageArrows,
    ...insides,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'known-packages-only',
      comment: 'a package that has no row in the table of arrows',
      severity: 'error',
      from: {
        path: '^packages/([^/]+)/src/',
        pathNot: `^packages/(${Object.keys(ARROWS).join('|')})/`,
      },
      to: {},
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'core-without-dependencies',
      severity: 'error',
      from: { path: '^packages/core/src/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/' },
    exclude: { path: '/(dist|build)/(?!index)|tsup\\.config|vitest\\.config' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.mts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
