// Vite bundles a worker from a file of the project; this one is monaco-yaml's.
import 'monaco-yaml/yaml.worker.js'
