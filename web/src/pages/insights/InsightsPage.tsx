import { useCallback, useEffect, useState } from 'react'
import { useClient } from 'urql'
import { errorText } from '../../api/errors.ts'
import { InsightsDocument, type InsightFragment } from '../../api/generated.ts'
import { useCurrentUser } from '../../api/useCurrentUser.ts'
import { useConnection } from '../../api/useConnection.ts'
import { useLiveInsights } from '../../api/useLiveInsights.ts'
import { fewValues } from '../../chart/series.ts'
import { formatNumber } from '../../format/numbers.ts'
import { useSearch } from '../../router/router.tsx'
import { Button, ButtonLink } from '../../ui/Button.tsx'
import { TextInput } from '../../ui/Field.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { useDebounced } from '../../ui/useDebounced.ts'
import { useTitle } from '../useTitle.ts'
import { EmptyState } from './EmptyState.tsx'
import { InsightCard } from './InsightCard.tsx'
import styles from './insights.module.css'

const pageSize = 24
const none: InsightFragment[] = []

export function InsightsPage() {
  useTitle('Insights')
  const { role } = useCurrentUser()
  const [search, setSearch] = useSearch()
  const [find, setFind] = useState(search.get('find') ?? '')
  const settled = useDebounced(find)
  useEffect(() => setSearch({ find: settled }), [settled, setSearch])
  const client = useClient()
  const load = useCallback(
    async (after: string | null) => {
      const { data, error } = await client.query(InsightsDocument, { first: pageSize, after, find: settled || null, values: fewValues }, { requestPolicy: 'network-only' }).toPromise()
      return error ? { error: errorText(error) } : { page: data?.insightViews }
    },
    [client, settled],
  )
  const { nodes, total, complete, busy, error, more, reload } = useConnection<InsightFragment>(`insights ${settled}`, load)
  const { insights, refresh } = useLiveInsights(nodes ?? none, reload, fewValues)
  const empty = nodes?.length === 0 && settled === '' && find === ''

  return (
    <>
      <div className={styles.head}>
        <h1>Insights</h1>
        {total > 0 && <span className={`${styles.count} numbers`}>{formatNumber(total)}</span>}
        {!empty && (
          <div className={styles.tools}>
            <TextInput type="search" aria-label="Find insights" placeholder="Find by title or label" value={find} onChange={(event) => setFind(event.target.value)} className={styles.find} />
            {role !== 'VIEWER' && (
              <ButtonLink kind="primary" icon="plus" href="/insights/new">
                New insight
              </ButtonLink>
            )}
          </div>
        )}
      </div>
      {error && <Notice kind="danger">{error}</Notice>}
      {nodes === null && !error && <Skeleton />}
      {empty && <EmptyState />}
      {nodes?.length === 0 && !empty && (
        <p className={styles.nothing}>
          No insight has “{settled}” in its title or labels. <Button kind="quiet" onClick={() => setFind('')}>Show all</Button>
        </p>
      )}
      {insights.length > 0 && (
        <ul className={styles.grid}>
          {insights.map((insight) => (
            <li key={insight.id}>
              <InsightCard insight={insight} onChange={() => refresh(insight.id)} />
            </li>
          ))}
        </ul>
      )}
      {nodes !== null && !complete && (
        <div className={styles.more}>
          <Button onClick={more} busy={busy}>
            Show more
          </Button>
        </div>
      )}
    </>
  )
}

function Skeleton() {
  return (
    <ul className={styles.grid} aria-hidden="true">
      {[0, 1, 2].map((index) => (
        <li key={index} className={styles.skeleton} />
      ))}
    </ul>
  )
}
