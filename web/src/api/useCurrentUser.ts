import { useQuery } from 'urql'
import { CurrentUserDocument, type Role } from './generated.ts'

/**
 * The person who uses the page, with the role that decides what the page offers. The server refuses
 * what the role does not allow. Until the server has answered, the role is VIEWER.
 */
export function useCurrentUser(): { name: string; role: Role; known: boolean } {
  const [{ data }] = useQuery({ query: CurrentUserDocument, requestPolicy: 'cache-first' })
  return { name: data?.currentUser.username ?? '', role: data?.currentUser.role ?? 'VIEWER', known: data !== undefined }
}
