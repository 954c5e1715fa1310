import { useCallback, useEffect, useState } from 'react'
import { useClient, useMutation } from 'urql'
import { errorText } from '../../api/errors.ts'
import { RepositoriesDocument, SyncRepositoryDocument } from '../../api/generated.ts'
import { useCurrentUser } from '../../api/useCurrentUser.ts'
import { useConnection } from '../../api/useConnection.ts'
import { formatNumber } from '../../format/numbers.ts'
import { useSearch } from '../../router/router.tsx'
import { useAnnounce } from '../../ui/Announcer.tsx'
import { Button } from '../../ui/Button.tsx'
import { TextInput } from '../../ui/Field.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { useDebounced } from '../../ui/useDebounced.ts'
import { useTitle } from '../useTitle.ts'
import { AddRepository } from './AddRepository.tsx'
import { RemoveRepository } from './RemoveRepository.tsx'
import { RepositoryRow, type Repository } from './RepositoryRow.tsx'
import styles from './repositories.module.css'

const pageSize = 50
/** Milliseconds between two reads of the list, which shows the progress of syncs. */
const every = 5_000

export function RepositoriesPage() {
  useTitle('Repositories')
  const admin = useCurrentUser().role === 'ADMIN'
  const [search, setSearch] = useSearch()
  const [find, setFind] = useState(search.get('find') ?? '')
  const settled = useDebounced(find)
  useEffect(() => setSearch({ find: settled }), [settled, setSearch])
  const client = useClient()
  const load = useCallback(
    async (after: string | null) => {
      const { data, error } = await client.query(RepositoriesDocument, { first: pageSize, after, find: settled || null }, { requestPolicy: 'network-only' }).toPromise()
      return error ? { error: errorText(error) } : { page: data?.repositories }
    },
    [client, settled],
  )
  const { nodes, total, complete, busy, error, more, reload } = useConnection<Repository>(`repositories ${settled}`, load)
  const [removing, setRemoving] = useState<Repository | null>(null)
  const [{ fetching: syncing }, sync] = useMutation(SyncRepositoryDocument)
  const announce = useAnnounce()

  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') reload()
    }, every)
    return () => clearInterval(timer)
  }, [reload])

  const syncNow = async (name: string | null) => {
    const result = await sync({ name })
    announce(result.error ? errorText(result.error) : name ? `Started the sync of ${name}.` : 'Started the sync of all repositories.')
    reload()
  }

  const none = nodes?.length === 0 && settled === '' && find === ''
  return (
    <>
      <div className={styles.head}>
        <h1>Repositories</h1>
        {total > 0 && <span className={`${styles.count} numbers`}>{formatNumber(total)}</span>}
        {!none && (
          <div className={styles.tools}>
            <TextInput type="search" aria-label="Find repositories by name" placeholder="Find by name (regexp)" value={find} onChange={(event) => setFind(event.target.value)} className={styles.find} />
            {admin && (
              <Button icon="sync" busy={syncing} onClick={() => void syncNow(null)}>
                Sync all
              </Button>
            )}
          </div>
        )}
      </div>
      {admin && <AddRepository onAdded={reload} />}
      {error && <Notice kind="danger">{error}</Notice>}
      {none && (
        <p className={styles.nothing}>
          {admin ? (
            <>
              No repositories are registered. Add the path of a repository on the server, or a URL to clone. To add every repository below a folder, restart <code>backsight up</code> with the flag <code>--repos DIR</code>.
            </>
          ) : (
            'There is no repository that you may see. Administrators register repositories.'
          )}
        </p>
      )}
      {nodes?.length === 0 && !none && <p className={styles.nothing}>No repository’s name matches “{settled}”.</p>}
      {nodes !== null && nodes.length > 0 && (
        <div className={styles.scroll} tabIndex={0} role="region" aria-label="Repositories">
          <table className={`${styles.table} numbers`}>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">State</th>
                <th scope="col">Branch</th>
                <th scope="col" className={styles.right}>
                  Size
                </th>
                {admin && (
                  <th scope="col">
                    <span className="visually-hidden">Actions</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {nodes.map((repository) => (
                <RepositoryRow key={repository.id} repository={repository} actions={admin ? { sync: () => void syncNow(repository.name), remove: () => setRemoving(repository) } : undefined} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {nodes !== null && !complete && (
        <div className={styles.more}>
          <Button onClick={more} busy={busy}>
            Show more
          </Button>
        </div>
      )}
      {removing && <RemoveRepository name={removing.name} local={removing.local} onClose={() => setRemoving(null)} onRemoved={reload} />}
    </>
  )
}
