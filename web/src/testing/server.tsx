import { cacheExchange, Client, fetchExchange, Provider } from 'urql'
import type { ReactNode } from 'react'
import { Announcer } from '../ui/Announcer.tsx'

/** A request: the operation's name and its variables. */
export type Asked = [name: string, variables: Record<string, unknown>]

/**
 * A client of a fake server that answers operations by name and records them. Operations without an
 * answer never return.
 */
export function serve(answers: Record<string, (variables: never) => unknown>): { asked: Asked[]; wrap: (children: ReactNode) => ReactNode } {
  const asked: Asked[] = []
  const answer: typeof fetch = async (_, init) => {
    const { operationName, variables } = JSON.parse(String(init?.body)) as { operationName: string; variables: Record<string, unknown> }
    asked.push([operationName, variables])
    const found = answers[operationName]
    if (!found) return new Promise(() => {})
    return new Response(JSON.stringify({ data: found(variables as never) }), { headers: { 'content-type': 'application/json' } })
  }
  const client = new Client({ url: 'http://test/graphql', exchanges: [cacheExchange, fetchExchange], fetchSubscriptions: true, fetch: answer, requestPolicy: 'cache-and-network', preferGetMethod: false })
  return { asked, wrap: (children) => <Provider value={client}><Announcer>{children}</Announcer></Provider> }
}
