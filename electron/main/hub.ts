import { safeStorage, session } from 'electron'
import { proxyFromList } from '../../core/net/network.ts'
import type { SecretCipher } from '../../core/files/secrets.ts'
import type { HubHost } from '../../core/hub/service.ts'

/** Encrypts with the key of the system's keychain: the stored file is worth nothing on another account. */
const keychain: SecretCipher = {
  seal: (secret) => safeStorage.encryptString(secret),
  open: (sealed) => safeStorage.decryptString(sealed),
}

/** What the desktop knows for the Hub: the system's keychain, and the proxy of the system's settings. */
export function hubHost(): HubHost {
  return {
    ...(hasKeychain() && { cipher: keychain }),
    systemProxy: async (url) => proxyFromList(await session.defaultSession.resolveProxy(url.href)),
  }
}

/** On Linux without a keychain Chromium would encrypt with a key that everybody knows. */
function hasKeychain(): boolean {
  if (process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') return false
  return safeStorage.isEncryptionAvailable()
}
