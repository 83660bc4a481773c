import { safeStorage, session } from 'electron'
import { join } from 'node:path'
import { proxyFromList } from '../../core/hub/network.ts'
import { fileSecrets, type SecretCipher } from '../../core/hub/secrets.ts'
import type { HubHost } from '../../core/hub/service.ts'

/** The keychain's key; the stored file is worth nothing on another account. */
const keychain: SecretCipher = { seal: (secret) => safeStorage.encryptString(secret), open: (sealed) => safeStorage.decryptString(sealed) }

/** What the desktop knows for the Hub: the system's keychain, and the proxy of the system's settings. */
export function hubHost(userDataFolder: string): HubHost {
  return {
    // Without a keychain (some Linux desktops) the file is plain, and only this user can read it.
    secrets: safeStorage.isEncryptionAvailable() ? fileSecrets(join(userDataFolder, 'hugging-face-token.sealed'), keychain) : fileSecrets(join(userDataFolder, 'hugging-face-token')),
    systemProxy: async (url) => proxyFromList(await session.defaultSession.resolveProxy(url.href)),
  }
}
