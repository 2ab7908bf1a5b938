import { toYaml } from '../../formats/yaml-emit'
import { CommandError } from '../errors'

/** How kustomize tells which part of a kustomization could not be used: with that part as YAML. */
export function configurationError(plugin: string, config: Readonly<Record<string, unknown>>) {
  const text = toYaml(config)
  return {
    text,
    wrap: (error: unknown): unknown =>
      error instanceof CommandError
        ? new CommandError(`trouble configuring builtin ${plugin} with config: \`\n${text}\`: ${error.message}`)
        : error,
  }
}
