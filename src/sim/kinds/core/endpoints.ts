import { defineKind } from '../../api/kind'
import type { Endpoints, EndpointSubset } from '../../api/types/core-v1.gen'
import { changeField, mapSame, withDefaults } from '../defaulting'
import { rulesOf } from '../late-rules'

export const endpoints = defineKind<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  namespaced: true,
  defaults: (object) => changeField(object, 'subsets', (subsets) => mapSame(subsets, subsetDefaults)!),
  rules: rulesOf('endpoints'),
})

const subsetDefaults = (subset: EndpointSubset): EndpointSubset =>
  changeField(subset, 'ports', (ports) => mapSame(ports, (port) => withDefaults(port, { protocol: 'TCP' }))!)
