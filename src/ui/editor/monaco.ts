import * as monaco from 'monaco-editor/editor/editor.api'
import 'monaco-editor/features/register.all'
import 'monaco-editor/languages/definitions/shell/register'
import 'monaco-editor/languages/definitions/yaml/register'
import EditorWorker from 'monaco-editor/editor/editor.worker?worker'
import { configureMonacoYaml } from 'monaco-yaml'
import { manifestSchema } from './manifest-schema'
import YamlWorker from './yaml.worker?worker'

self.MonacoEnvironment = { getWorker: () => new EditorWorker() }

const version = new URLSearchParams(location.search).get('version') ?? '1.36'

/**
 * Monaco 0.55 began to ask for a worker where monaco-yaml still names a module. This hands over the worker, and gives it first what the worker
 * waits for: any message, and then its options.
 */
function createWebWorker(options: { label?: string; moduleId?: string; createData?: unknown }) {
  const worker = new YamlWorker()
  worker.postMessage('ignore')
  worker.postMessage(options.createData)
  return monaco.editor.createWebWorker({ worker })
}

const monacoForYaml = { ...monaco, editor: { ...monaco.editor, createWebWorker } } as unknown as Parameters<typeof configureMonacoYaml>[0] // typed after an older Monaco

const yaml = configureMonacoYaml(monacoForYaml, {
  schemas: schemas(manifestSchema(version)),
  isKubernetes: false,
  format: { enable: false },
})

function schemas(schema: Record<string, unknown>) {
  return [{ uri: 'inmemory://schema/manifest.json', fileMatch: ['**/*.yaml', '**/*.yml'], schema }]
}

// What each field means is a large table of its own: it comes when the editor already works.
void import('../../sim/api/schema/descriptions.gen.json').then(
  ({ default: descriptions }) => yaml.update({ schemas: schemas(manifestSchema(version, descriptions as never)) }), // generated data in the shape of `Descriptions`
)

/** The editor's colours are the app's. */
monaco.editor.defineTheme('light', {
  base: 'vs',
  inherit: true,
  rules: [
    { token: 'type', foreground: '0a5fb4' },
    { token: 'string', foreground: '0c6b55' },
    { token: 'number', foreground: 'a11257' },
    { token: 'keyword', foreground: 'a11257' },
    { token: 'comment', foreground: '5d6f7e' },
  ],
  colors: {
    'editor.background': '#fbfcfb',
    'editor.foreground': '#14273a',
    'editorLineNumber.foreground': '#8496a3',
    focusBorder: '#0a5fb4',
    'editor.lineHighlightBackground': '#f1f5f5',
  },
})
monaco.editor.defineTheme('dark', {
  base: 'vs-dark',
  inherit: true,
  rules: [
    { token: 'type', foreground: '7cc0ff' },
    { token: 'string', foreground: '6bd6b4' },
    { token: 'number', foreground: 'f49ac1' },
    { token: 'keyword', foreground: 'f49ac1' },
    { token: 'comment', foreground: '93a7b4' },
  ],
  colors: {
    'editor.background': '#13212d',
    'editor.foreground': '#e3edf2',
    'editorLineNumber.foreground': '#6f8494',
    focusBorder: '#7cc0ff',
    'editor.lineHighlightBackground': '#192a38',
  },
})

export { monaco }

/** The model of a file, made when first asked for; undo and markers live with it. */
export function modelOf(path: string, text: string): monaco.editor.ITextModel {
  const uri = monaco.Uri.file(path)
  const language = /\.ya?ml$/.test(path) ? 'yaml' : /\.(sh|bash)$|\.bashrc$/.test(path) ? 'shell' : 'plaintext'
  return monaco.editor.getModel(uri) ?? monaco.editor.createModel(text, language, uri)
}
