import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

test('exit codes of a failure policy are some, ordered, each once, not zero among those it is for, and of a container that is there', () => {
  const job = (exitCodes: string) => `kubectl create -f - <<'EOF'
{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: nginx}]}}, podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {${exitCodes}}}]}}}
EOF
`
  const { stderr } = createCluster().run(
    [
      'operator: In, values: [0]',
      'operator: In, values: [3, 2]',
      'operator: In, values: [2, 2]',
      'operator: NotIn, values: []',
      'operator: In, containerName: x, values: [1]',
      'operator: Like, values: [1]',
    ]
      .map(job)
      .join(''),
  )
  const at = 'The Job "j" is invalid: spec.podFailurePolicy.rules[0].onExitCodes'
  expect(stderr.trim().split('\n')).toEqual([
    `${at}.values[0]: Invalid value: 0: must not be 0 for the In operator`,
    `${at}.values: Invalid value: [3,2]: must be ordered`,
    `${at}.values[1]: Duplicate value: 2`,
    `${at}.values: Invalid value: []: at least one value is required`,
    `${at}.containerName: Invalid value: "x": must be one of the container or initContainer names in the pod template`,
    `${at}.operator: Unsupported value: "Like": supported values: "In", "NotIn"`,
  ])
})
