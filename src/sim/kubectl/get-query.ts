import { fileOptions } from './manifests'
import { kindName, type ResourceType } from './mapper'
import { outputFormat } from './printers/printer'
import type { TableOptions } from './printers/table'
import type { ResourceQuery } from './resources'
import type { Kubectl } from './session'

/** What the flags and arguments of `kubectl get` ask for. */
export function getQuery(kubectl: Kubectl): ResourceQuery {
  const { flags, args } = kubectl
  return {
    words: args,
    files: fileOptions(kubectl),
    selector: flags.text('selector'),
    fieldSelector: flags.text('field-selector'),
    bareTypes: true,
    allNamespaces: flags.bool('all-namespaces'),
    subresource: flags.text('subresource') || undefined,
    fetch: true,
    listQuery: { limit: flags.text('sort-by') || flags.int('chunk-size') === 0 ? undefined : flags.int('chunk-size') },
  }
}

/** Which columns it shows of objects of a type. */
export function getTableOptions(kubectl: Kubectl, type: ResourceType, withKind: boolean): TableOptions {
  const { flags } = kubectl
  return {
    wide: outputFormat(kubectl).format === 'wide',
    noHeaders: flags.bool('no-headers'),
    withNamespace: flags.bool('all-namespaces') && type.namespaced,
    kind: withKind ? kindName(type) : undefined,
    showLabels: flags.bool('show-labels'),
    labelColumns: flags.list('label-columns'),
  }
}
