import { findResource, type ResourceType } from '../../mapper'
import { firstSort, inNamespace, resourceCalled } from './commands'
import { flashing, only, pushed, tableOf, type Outcome, type Row, type State, type Surroundings, type TableView } from './state'
import { describe, logsOf, selectorOf } from './actions'

/** As they come: the containers of a pod in the order in which they start. */
const inOrder = { column: '', ascending: true }

/** Enter leads to what is behind a row; where there is nothing, to its description. */
export function enter(state: State, view: TableView, row: Row, around: Surroundings): Outcome {
  const { lists } = view
  if (lists === 'containers') return only(pushed(state, logsOf(view, row, false)))
  if (lists === 'contexts') return only(state, { do: 'context', name: row.name })
  if (lists === 'aliases') {
    const type = around.types.find((one) => `${one.plural}.${one.version}.${one.group}` === row.key)
    if (!type) return only(state)
    return only({ ...state, stack: [tableOf(type, type.namespaced ? state.namespace : '', { sort: firstSort(type) })] })
  }
  const pods = resourceCalled(around.types, 'pods')
  const open = (type: ResourceType | undefined, origin: Partial<TableView>) =>
    only(type ? pushed(state, tableOf(type, row.namespace, origin)) : state)
  switch (lists.plural) {
    case 'pods':
      return only(pushed(state, tableOf('containers', row.namespace, { of: { path: row.key }, sort: inOrder })))
    case 'namespaces': {
      const namespace = row.key === 'all' ? '' : row.name
      return only(pods ? pushed(inNamespace(state, namespace), tableOf(pods, namespace)) : state)
    }
    case 'nodes':
      return only(pods ? pushed(state, tableOf(pods, '', { of: { path: row.name, fieldSelector: `spec.nodeName=${row.name}` } })) : state)
    case 'cronjobs':
      return open(resourceCalled(around.types, 'jobs'), { of: { path: row.key, owner: row.object?.metadata.uid ?? '' } })
    case 'customresourcedefinitions': {
      const { group, names } = (row.object?.spec ?? {}) as { group?: string; names?: { plural: string } } // a definition's spec
      const type = findResource({ types: around.types }, `${names?.plural}.${group}`)
      if (!type) return only(flashing(state, `${row.name} is not served`, 'faulty'))
      return only(pushed(state, tableOf(type, type.namespaced ? state.namespace : '')))
    }
  }
  const selector = selectorOf(row.object)
  if (selector !== undefined) return open(pods, { of: { path: row.key, labelSelector: selector } })
  return describe(state, lists, row)
}
