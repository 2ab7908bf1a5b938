import { CommandError } from '../errors'
import { goText } from './go-values'
import { goJson } from './json'
import { execute, TemplateProblem } from './template-exec'
import { parseTemplateText, type TemplateNode } from './template-parse'

/** A parsed Go template. */
export interface GoTemplate {
  readonly text: string
  readonly nodes: readonly TemplateNode[]
}

/** Parses `-o go-template=`; throws CommandError with Go's text. */
export function parseTemplate(text: string): GoTemplate {
  try {
    return { text, nodes: parseTemplateText(text) }
  } catch (error) {
    if (error instanceof TemplateProblem) throw new CommandError(`error parsing template ${text}, template: output:${error.message}`)
    throw error
  }
}

/** What the template prints for an object. A failure prints its debugging text to stdout too, as the real one does; it travels in `PrintedError`. `raw` is the
 * object as JSON. */
export function printTemplate(template: GoTemplate, object: unknown, allowMissing: boolean, raw = goJson(object)): string {
  try {
    return execute(template.nodes, object, { allowMissing })
  } catch (error) {
    if (!(error instanceof TemplateProblem)) throw error
    const why = `template: output:${error.message}`
    const printed = `Error executing template: ${why}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template.text}\n\traw data was:\n\t\t${raw}\n\tobject given to template engine was:\n\t\t${goText(object)}\n\n`
    throw new PrintedError(error.output + printed, `error executing template ${JSON.stringify(template.text)}: ${why}`)
  }
}

/** An error after text that belongs on stdout. */
export class PrintedError extends CommandError {
  constructor(
    readonly stdout: string,
    message: string,
  ) {
    super(message)
  }
}
