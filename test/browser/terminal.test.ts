import { describe, expect, test } from 'vitest'
import { findChromium, picture, shows, type, useSite } from './browser'

describe.skipIf(!findChromium())('the terminal in the page', () => {
  const site = useSite()

  test('a newcomer types kubectl and watches a Deployment come up on the map', async () => {
    const { page, trouble } = await site.open()
    await type(page, 'kubectl get nodes')
    await shows(page, /controlplane\s+Ready\s+control-plane/)
    await type(page, 'kubectl create deployment web --image=nginx --replicas=3')
    await shows(page, 'deployment.apps/web created')
    await page.locator('.pod[data-stage="running"]', { hasText: /^web/ }).nth(2).waitFor()
    await type(page, 'kubectl get pods')
    await shows(page, /web-\w+-\w+\s+1\/1\s+Running/)
    await picture(page, 'terminal')
    expect(trouble).toEqual([])
  })

  test('Ctrl-C ends a loop that would never end, and the page stays awake meanwhile', async () => {
    const { page, trouble } = await site.open()
    await type(page, 'while true; do :; done')
    await page.waitForTimeout(1500)
    await page.getByRole('checkbox', { name: 'System Pods' }).click()
    await page.getByRole('button', { name: /^node01/ }).click()
    await page.locator('.inspector').waitFor()
    await page.locator('.screen textarea').focus()
    await page.keyboard.press('Control+c')
    await type(page, 'echo still here')
    await shows(page, /^still here/m)
    expect(trouble).toEqual([])
  })

  test('hundreds of Pods that start at once move nothing on the map, and leave the terminal its time', async () => {
    const { page, trouble } = await site.open('workers=12')
    await type(page, 'kubectl create deployment many --image=nginx --replicas=600')
    // More wait for a node than are drawn; what is drawn stands still.
    await page.locator('.map-scroll[data-many]').waitFor()
    expect(await page.evaluate(() => document.querySelector('.map')!.getAnimations({ subtree: true }).length)).toBe(0)
    await type(page, 'echo sti""ll here')
    await shows(page, /^still here/m)
    await page.getByRole('button', { name: 'Speed 60×' }).click()
    await expect
      .poll(() => page.locator('.pod[data-stage="running"][data-density="dense"]').count(), { timeout: 120_000 })
      .toBeGreaterThanOrEqual(600)
    await page.getByRole('button', { name: /^node01/ }).waitFor()
    await picture(page, 'hundreds')
    expect(trouble).toEqual([])
  })

  test('an unknown command and a manifest with a mistake are told as a shell and kubectl tell them', async () => {
    const { page } = await site.open()
    await type(page, 'kubeclt get pods')
    await shows(page, 'kubeclt: command not found')
    await type(page, "printf 'kind: Pod\\n  apiVersion: v1\\n' > broken.yaml; kubectl apply -f broken.yaml")
    await shows(
      page,
      /error parsing broken\.yaml: error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context/,
    )
  })

  test('a reload brings the same cluster back: its Pods, its files and what the terminal showed', async () => {
    const { page, trouble } = await site.open()
    await type(page, 'kubectl create deployment keep --image=nginx; echo kept > note.txt')
    await page.locator('.pod[data-stage="running"]', { hasText: /^keep/ }).waitFor()
    const name = await page.locator('.pod', { hasText: /^keep/ }).getAttribute('aria-label')
    await page.waitForTimeout(1500)
    await page.reload()
    await page.locator('.pod[data-stage="running"]', { hasText: /^keep/ }).waitFor()
    expect(await page.locator('.pod', { hasText: /^keep/ }).getAttribute('aria-label')).toBe(name)
    await shows(page, 'deployment.apps/keep created')
    await type(page, 'cat note.txt')
    await shows(page, /^kept/m)
    expect(trouble).toEqual([])
  })

  test('resetting asks first, then starts afresh', async () => {
    const { page } = await site.open()
    await type(page, 'kubectl create deployment gone --image=nginx')
    await page.locator('.pod', { hasText: /^gone/ }).waitFor()
    await page.getByRole('button', { name: 'Reset cluster' }).click()
    await page.getByRole('button', { name: 'Start afresh' }).click()
    await page.locator('.pod', { hasText: /^gone/ }).waitFor({ state: 'detached' })
    await type(page, 'kubectl get deployments')
    await shows(page, 'No resources found in default namespace.')
  })

  test('paused, nothing happens; at 60× a minute passes in a second', async () => {
    const { page } = await site.open()
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    const still = await page.locator('.clock time').innerText()
    await page.waitForTimeout(1200)
    expect(await page.locator('.clock time').innerText()).toBe(still)
    await page.getByRole('button', { name: 'Speed 60×' }).click()
    await expect.poll(() => page.locator('.clock time').innerText(), { timeout: 10_000 }).toMatch(/^[1-9]:/)
  })

  test('everything can be reached without a mouse', async () => {
    const { page } = await site.open()
    const focused = () => page.evaluate(() => document.activeElement?.closest<HTMLElement>('[data-panel]')?.dataset.panel)
    const seen = []
    for (const key of ['Alt+Digit1', 'Alt+Digit2', 'Alt+Digit4', 'F6', 'F6', 'Alt+Digit3']) {
      await page.keyboard.press(key)
      await page.waitForTimeout(400)
      seen.push(await focused())
    }
    expect(seen).toEqual(['lesson', 'terminal', 'map', 'lesson', 'terminal', 'editor'])
    await page.keyboard.press('Alt+Digit0')
    await page.getByRole('button', { name: 'Continue', exact: true }).waitFor()
  })
})
