// The steps of a visit. Elements are found by role, label or text, as screen readers find them,
// never by class name. Steps wait for a state of the page, never for a time.
import assert from 'node:assert/strict'

const title = `TODO comments, ${new Date().toISOString().slice(0, 19)}`

export async function visit({ page, step, shot, accessible }) {
  const heading = (name) => page.getByRole('heading', { level: 1, name })
  const state = (name) => page.locator(`main [data-state="${name}"]`).first()
  const completeness = () => page.getByRole('progressbar').first()
  /** Waits until the completeness bar shows at least this percentage. */
  const filled = (percent) =>
    page.waitForFunction((least) => Number(document.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow') ?? -1) >= least, percent, { timeout: 180_000 })

  /** The values of the shown insight from the API: a list for each series, in time order. */
  const stored = () =>
    page.evaluate(async () => {
      const id = location.pathname.split('/').at(-1)
      const query = 'query($id: ID!) { insightViews(id: $id) { nodes { dataSeries { points { value } } } } }'
      const answer = await fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables: { id } }) })
      return (await answer.json()).data.insightViews.nodes[0].dataSeries.map((series) => series.points.map((point) => point.value))
    })
  /** Opens the chart's table and waits until it shows these numbers, without a reload. */
  const tableEquals = async (expected) => {
    await page.getByRole('button', { name: 'Table' }).click()
    await page.getByRole('region', { name: `${title} as a table` }).waitFor()
    const numbers = () =>
      page.locator('main table').first().evaluate((table) => {
        const rows = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll('td')].map((cell) => Number(cell.textContent.replace(/[^0-9.]/g, ''))))
        return rows[0].map((_, column) => rows.map((row) => row[column]))
      })
    const inOrder = (columns) => columns.map((column) => column.toSorted((a, b) => a - b))
    const deadline = Date.now() + 60_000 // as long as the other waits for a change
    let seen
    do seen = await numbers()
    while (JSON.stringify(inOrder(seen)) !== JSON.stringify(inOrder(expected)) && Date.now() < deadline)
    assert.deepEqual(inOrder(seen), inOrder(expected), 'the table shows the numbers of the API')
  }

  await step('the front page opens', async () => {
    await page.goto('/')
    await heading('Insights').waitFor()
    await page.getByRole('link', { name: /New insight|Use “TODO comments”/ }).first().waitFor()
    await accessible('the insights')
  })

  await step('an error in a query is underlined at its position', async () => {
    await page.goto('/insights/new')
    await heading('New insight').waitFor()
    await page.getByLabel('Search query').fill('TODO fille:go')
    const mark = page.locator('[data-error-span]')
    await mark.waitFor()
    const [start, end] = (await mark.getAttribute('data-error-span')).split('-').map(Number)
    assert.ok(start >= 5 && end <= 13 && start < end, `the underline ${start}-${end} marks the wrong word`)
    assert.equal(await page.getByLabel('Search query').getAttribute('aria-invalid'), 'true')
    await accessible('the form with an error')
    await shot('query-error', { clip: { x: 260, y: 60, width: 840, height: 560 } })
  })

  await step('a form without a title is not sent', async () => {
    await page.getByLabel('Search query').fill('TODO')
    await page.getByText(/The query is valid/).waitFor()
    await page.getByRole('button', { name: 'Create insight' }).click()
    await page.getByText('Enter a title.').waitFor()
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-invalid')), 'true', 'the wrong field has the focus')
  })

  await step('a recipe fills the form', async () => {
    await page.getByRole('button', { name: 'A migration' }).click()
    await page.getByLabel('Search query').nth(1).waitFor()
    assert.match(await page.getByLabel('Search query').first().inputValue(), /ioutil/)
    await page.getByText(/The query is valid/).nth(1).waitFor()
    await shot('new-insight', { fullPage: true })
    await accessible('the filled form')
  })

  await step('the form creates an insight', async () => {
    await page.getByRole('button', { name: 'TODO comments' }).click()
    await page.waitForFunction(() => document.querySelector('textarea')?.value === 'TODO')
    await page.getByLabel('Title').fill(title)
    await page.getByLabel('Points', { exact: true }).fill('24')
    await page.getByText(/samples? to compute/).waitFor()
    await page.getByRole('button', { name: 'Create insight' }).click()
    await heading(title).waitFor()
    assert.match(page.url(), /\/insights\/[^/?]+$/)
  })

  await step('it can be paused with a reason', async () => {
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await page.getByLabel('Reason', { exact: true }).fill('end-to-end test')
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click()
    await state('PAUSED').waitFor({ timeout: 60_000 })
    await page.getByText('end-to-end test').waitFor()
    await accessible('a paused insight')
    await shot('paused', { fullPage: true })
  })

  await step('it stays paused across a reload', async () => {
    const before = await completeness().getAttribute('aria-valuetext')
    await page.reload()
    await state('PAUSED').waitFor()
    assert.equal(await completeness().getAttribute('aria-valuetext'), before)
  })

  await step('it can be resumed and completes', async () => {
    await page.getByRole('button', { name: 'Resume', exact: true }).click()
    await filled(100)
    await page.locator('[data-run], [data-mark]').first().waitFor({ state: 'attached' })
    // A complete chart has no hatching.
    await page.locator('[data-hatch]').first().waitFor({ state: 'detached' })
    await tableEquals(await stored())
    await page.getByRole('button', { name: 'Chart' }).click()
    await accessible('a complete insight')
    await shot('insight', { fullPage: true })
  })

  await step('the keyboard moves in the chart and opens the samples', async () => {
    await page.getByRole('application').focus()
    for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowRight', 'ArrowDown', 'End']) await page.keyboard.press(key)
    await page.keyboard.press('Enter')
    const samples = page.getByRole('complementary', { name: 'Samples' })
    await samples.getByRole('row').nth(1).waitFor()
    assert.match(page.url(), /[?&]t=/, 'the URL holds the point')
    assert.ok(await samples.getByRole('rowheader').count())
    await samples.getByRole('button', { name: 'Value' }).click()
    await samples.locator('[aria-sort=descending]').waitFor()
    await accessible('the samples behind a point')
    await shot('samples', { fullPage: true })
  })

  await step('a shared link opens the same samples, and Escape closes them', async () => {
    await page.reload()
    const samples = page.getByRole('complementary', { name: 'Samples' })
    await samples.getByRole('row').nth(1).waitFor()
    await samples.getByRole('button', { name: 'Value' }).press('Escape')
    await samples.waitFor({ state: 'detached' })
  })

  await step('the mouse opens a point too', async () => {
    const chart = page.getByRole('application')
    const box = await chart.boundingBox()
    await chart.hover({ position: { x: box.width / 2, y: box.height / 2 } })
    await shot('tooltip')
    await chart.click({ position: { x: box.width / 2, y: box.height / 2 } })
    await page.getByRole('complementary', { name: 'Samples' }).waitFor()
    await page.getByRole('button', { name: 'Close the samples' }).click()
  })

  await step('the table has the same numbers', async () => {
    await tableEquals(await stored())
    await accessible('the table')
    await shot('table', { fullPage: true })
  })

  const actions = (label) => page.getByRole('button', { name: `Actions for ${label}`, exact: true })
  const dialog = page.getByRole('dialog')

  await step('older points are added, and existing points are kept', async () => {
    const before = await stored()
    await actions('TODO').click()
    await page.getByRole('menuitem', { name: 'Add older points…' }).waitFor()
    await accessible('the menu of a series')
    await shot('series-menu')
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
    for (const label of ['TODO', 'FIXME']) {
      await actions(label).press('Enter')
      await page.getByRole('menuitem', { name: 'Add older points…' }).click()
      await dialog.getByLabel('Total points').fill('12')
      await dialog.getByRole('button', { name: 'Add points' }).click()
      await dialog.getByText('Enter a whole number from 25 to 1,000.').waitFor()
      await accessible('the dialog for older points')
      await dialog.getByLabel('Total points').fill('30')
      await dialog.getByRole('button', { name: 'Add points' }).click()
      await dialog.waitFor({ state: 'detached' })
    }
    await page.getByText(/^30 points, every month/).nth(1).waitFor({ timeout: 60_000 })
    await state('SLEEPING').waitFor({ timeout: 60_000 })
    await filled(100)
    const after = await stored()
    assert.deepEqual(after.map((values) => values.length), [30, 30])
    assert.deepEqual(after.map((values) => values.slice(6)), before)
    await tableEquals(after)
  })

  await step('retention can be changed and restored', async () => {
    const retain = async (choice, count) => {
      await actions('TODO').click()
      await page.getByRole('menuitem', { name: 'Change how many points charts show…' }).click()
      await dialog.getByLabel('Charts show').selectOption(choice)
      if (count) await dialog.getByLabel('Sample times').fill(count)
      await accessible('the retention dialog')
      await dialog.getByRole('button', { name: 'Save' }).click()
      await dialog.waitFor({ state: 'detached' })
    }
    const before = await stored()
    await retain('own', '12')
    await page.getByText('The newest 12 sample times, set for this series. 18 older ones are archived and included in exports.').waitFor()
    const none = Array.from({ length: 18 }, () => 0) // the other series still shows these times
    await tableEquals([[...none, ...before[0].slice(18)], before[1]])
    await page.getByText('Plans', { exact: true }).first().click()
    await page.getByRole('region', { name: 'Plans of TODO' }).getByRole('row').nth(1).waitFor()
    await accessible('the plans of a series')
    await shot('series', { fullPage: true })
    await retain('setting')
    await page.getByText('The newest 30 sample times.').nth(1).waitFor()
    await tableEquals(before)
  })

  await step('computing all again asks for confirmation and returns the same values', async () => {
    const before = await stored()
    await actions('TODO').click()
    await page.getByRole('menuitem', { name: 'Compute all again…' }).click()
    await dialog.getByRole('button', { name: 'Compute again' }).click()
    await dialog.waitFor({ state: 'detached' })
    await state('SLEEPING').waitFor({ timeout: 60_000 })
    await filled(100)
    assert.deepEqual(await stored(), before)
    await page.getByRole('button', { name: 'Chart' }).click()
  })

  await step('the list of insights shows it and can be searched', async () => {
    await page.getByRole('navigation').getByRole('link', { name: 'Insights' }).click()
    await page.getByRole('article', { name: title }).waitFor()
    await shot('insights', { fullPage: true })
    await page.getByLabel('Find insights').fill('no such insight')
    await page.getByText(/No insight has/).waitFor()
    await page.getByLabel('Find insights').fill(title)
    await page.getByRole('article', { name: title }).waitFor()
    assert.equal(await page.getByRole('article').count(), 1)
  })

  await step('repositories are listed', async () => {
    await page.getByRole('link', { name: 'Repositories' }).click()
    await heading('Repositories').waitFor()
    await page.getByRole('rowheader').first().waitFor()
    await page.getByRole('button', { name: /^Sync .+ now$/ }).first().waitFor()
    await accessible('the repositories')
    await shot('repositories', { fullPage: true })
  })

  await step('a wrong location is refused beside the field', async () => {
    await page.getByLabel('Add a repository').fill('not a location')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.locator('[aria-invalid=true]').waitFor()
  })

  await step('the dark theme can be chosen and is kept', async () => {
    await page.getByRole('button', { name: /Switch to light/ }).click()
    await page.getByRole('button', { name: /Switch to dark/ }).click()
    await page.goto('/')
    await page.getByRole('article').first().waitFor()
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark')
    await accessible('the insights in the dark theme')
    await shot('insights-dark', { fullPage: true })
    await page.getByRole('link', { name: title }).click()
    await heading(title).waitFor()
    await page.locator('[data-run], [data-mark]').first().waitFor({ state: 'attached' })
    await accessible('an insight in the dark theme')
    await shot('insight-dark', { fullPage: true })
  })

  await step('it fits a narrow window', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    for (const path of ['/', '/insights/new', '/repositories', new URL(page.url()).pathname]) {
      await page.goto(path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      assert.ok(wide <= 0, `${path} scrolls sideways by ${wide} px`)
    }
    await page.locator('[data-run], [data-mark]').first().waitFor({ state: 'attached' })
    await accessible('a narrow insight')
    await shot('insight-narrow', { fullPage: true })
    await page.setViewportSize({ width: 1360, height: 900 })
  })

  await step('an unknown URL shows an error', async () => {
    await page.goto('/nowhere')
    await heading('This page does not exist').waitFor()
  })

  await step('deleting asks for confirmation', async () => {
    await page.goto('/')
    await page.getByRole('link', { name: title }).click()
    await page.getByRole('button', { name: 'Delete this insight' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Delete this insight' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await heading('Insights').waitFor()
    await page.getByRole('article', { name: title }).waitFor({ state: 'detached' })
  })
}
