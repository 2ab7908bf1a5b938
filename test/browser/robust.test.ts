import { describe, expect, test } from 'vitest'
import { findChromium, picture, screenOf, shows, type, useSite } from './browser'

describe.skipIf(!findChromium())('what goes wrong is mended or told', () => {
  const site = useSite()

  test('a worker that dies is started again, and the cluster is as it was kept', async () => {
    const { page } = await site.open()
    await type(page, 'kubectl create deployment keep --image=nginx')
    await page.locator('.pod[data-stage="running"]', { hasText: /^keep/ }).waitFor()
    await page.waitForTimeout(1500)
    await page
      .workers()[0]!
      .evaluate(() => self.close())
      .catch(() => undefined)
    await page.locator('.notice', { hasText: 'brought back' }).waitFor({ timeout: 60_000 })
    await page.locator('.pod[data-stage="running"]', { hasText: /^keep/ }).waitFor()
    await type(page, 'echo alive')
    await shows(page, /^alive/m)
  })

  test('a cluster kept by another build returns with its objects and files', async () => {
    const { page } = await site.open()
    await type(page, 'kubectl create deployment keep --image=nginx; echo kept > note.txt')
    await page.locator('.pod[data-stage="running"]', { hasText: /^keep/ }).waitFor()
    await page.reload()
    await page.locator('.pod[data-stage="running"]', { hasText: /^keep/ }).waitFor()
    // As if events had taken another course: the recording says that more of them had run than can have by then.
    await page.evaluate(async () => {
      const open = indexedDB.open('keyval-store')
      const store = await new Promise<IDBObjectStore>((done) => {
        open.onsuccess = () => done(open.result.transaction('keyval', 'readwrite').objectStore('keyval'))
      })
      const read = store.get('journal')
      const journal = await new Promise<{ recording: { endStep: number; endMs: number; inputs: { atMs: number }[] } }>((done) => {
        read.onsuccess = () => done(read.result)
      })
      for (const input of journal.recording.inputs) input.atMs -= 60_000
      const written = store.put(journal, 'journal')
      await new Promise((done) => (written.onsuccess = done))
      window.addEventListener('pagehide', (event) => event.stopImmediatePropagation(), { capture: true })
      Object.defineProperty(document, 'visibilityState', { get: () => 'visible' })
    })
    await page.reload()
    await page.locator('.notice', { hasText: 'your objects and files' }).waitFor()
    // The notice has a row of its own: nothing lies over it.
    const box = (await page.locator('.notice').boundingBox())!
    expect(box.y + box.height).toBeLessThanOrEqual((await page.locator('.desk').boundingBox())!.y)
    await page.locator('.pod[data-stage="running"]', { hasText: /^keep/ }).waitFor({ timeout: 90_000 })
    await type(page, 'cat note.txt')
    await shows(page, /^kept/m)
    await picture(page, 'brought-back')
  })

  test('kubectl edit opens the editor; saving applies, a refusal opens it again, cancelling changes nothing', async () => {
    const { page, trouble } = await site.open()
    await type(page, 'kubectl create deployment web --image=nginx')
    await shows(page, 'deployment.apps/web created')
    await type(page, 'kubectl edit deployment web')
    await page.locator('.view-lines', { hasText: 'Please edit the object below' }).waitFor()
    // The shell may write the file as well as the editor.
    await page.keyboard.press('Alt+KeyS')
    await expect.poll(() => page.locator('.screen:not([hidden])').count()).toBe(2)
    const replace = async (from: string, to: string) => {
      await type(page, `sed -i '/^spec:/,/^status:/s/${from}/${to}/' /tmp/kubectl-edit-*; grep -c '^  ${to}$' /tmp/kubectl-edit-*`)
      await shows(page, /^1$/m)
      await type(page, 'clear')
    }
    await replace('replicas: 1', 'replicas: -1')
    await page.getByRole('button', { name: 'Save and close' }).click()
    await page.locator('.view-lines', { hasText: 'was not valid' }).waitFor()
    await picture(page, 'kubectl-edit-refused')
    await replace('replicas: -1', 'replicas: 2')
    await page.getByRole('button', { name: 'Save and close' }).click()
    await page.keyboard.press('Alt+KeyT')
    await shows(page, 'deployment.apps/web edited')
    await type(page, 'clear; kubectl edit deployment web')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await shows(page, 'Edit cancelled, no changes made.')
    await type(page, 'kubectl get deployment web -o jsonpath={.spec.replicas}')
    await expect.poll(() => screenOf(page)).toMatch(/^2root@/m)
    expect(trouble).toEqual([])
  })

  test('the inspector shows YAML, describe, events and logs, and none of it is an input of the cluster', async () => {
    const { page, trouble } = await site.open()
    await type(page, 'kubectl run web --image=nginx:1.27')
    await page.locator('.pod[data-stage="running"]', { hasText: /^web/ }).click()
    const body = page.locator('.inspector-body')
    for (const [tab, what] of [
      ['YAML', 'image: nginx:1.27'],
      ['Describe', 'Service Account:'],
      ['Events', 'Scheduled'],
      ['Logs', 'nginx/1.27'],
    ] as const) {
      await page.getByRole('tab', { name: tab, exact: true }).click()
      await body.getByText(what).first().waitFor()
    }
    await picture(page, 'inspector-logs')
    expect(trouble).toEqual([])
  })

  test('the inspector tells how each node fared with a Pod, and why one that waits went nowhere', async () => {
    const { page, trouble } = await site.open()
    await type(page, 'kubectl run web --image=nginx:1.27')
    await type(page, `kubectl run picky --image=nginx:1.27 --overrides='{"spec":{"nodeSelector":{"disk":"ssd"}}}'`)
    await page.locator('.pod[data-stage="running"]', { hasText: /^web/ }).click()
    await page.getByRole('tab', { name: 'Placement', exact: true }).click()
    const verdicts = page.locator('.verdicts li')
    await verdicts.filter({ hasText: 'chosen' }).filter({ hasText: 'NodeResourcesFit' }).waitFor()
    expect(await verdicts.filter({ hasText: 'refused by TaintToleration' }).count()).toBe(1)
    await picture(page, 'inspector-placement')
    await page.keyboard.press('Escape')
    await page.locator('.pod', { hasText: /^picky/ }).click()
    await page.getByRole('tab', { name: 'Placement', exact: true }).click()
    await page.getByText('no node would do').waitFor()
    expect(await verdicts.filter({ hasText: 'refused by NodeAffinity' }).count()).toBe(3)
    await picture(page, 'inspector-no-placement')
    expect(trouble).toEqual([])
  })

  test('a new file may begin as a Deployment, which applies as it is', async () => {
    const { page } = await site.open('view=editor')
    await page.getByRole('button', { name: 'New file' }).click()
    await page.getByLabel('Begin with').selectOption('Deployment')
    expect(await page.getByLabel('Name of the new file').inputValue()).toBe('deployment.yaml')
    await picture(page, 'new-file')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.locator('.view-lines', { hasText: 'kind: Deployment' }).waitFor()
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await page.locator('.applied', { hasText: 'deployment.apps/web created' }).waitFor()
  })
})
