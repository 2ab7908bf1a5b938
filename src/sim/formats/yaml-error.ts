/** YAML that cannot be read; `message` is Go's, for instance `yaml: line 3: mapping values are not allowed in this context`. */
export class YamlError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'YamlError'
  }
}
