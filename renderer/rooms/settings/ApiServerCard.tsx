import { Copy, KeyRound } from 'lucide-react'
import { useEffect, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ApiModel, ApiServerState } from '../../../core/contract/index.ts'
import { Button, Notice, Switch, toast } from '../../ui/index.ts'
import { ErrorNotice } from '../../errors/index.ts'
import {
  connectApiServer,
  curlExample,
  disarmKey,
  hideKey,
  pressReplaceKey,
  switchApiServer,
  useApiServer,
} from './apiServer.store.ts'
import styles from './ApiServerCard.module.css'

/** Stands in the example where the key is not known any more. */
const KEY_PLACEHOLDER = 'API_KEY'

/** The server for OpenAI's clients: on or off, where it is, its key, and what it answers for. */
export function ApiServerCard() {
  const { t } = useTranslation('settings')
  const { server, newKey, isBusy, error, models } = useApiServer()
  useEffect(() => connectApiServer(), [])
  if (!server) return error && <ErrorNotice error={error} />
  return (
    <div className={styles.card}>
      <p className={styles.help}>{t('apiServer.help')}</p>
      <Switch value={server.address !== null} isDisabled={isBusy} onChange={(isOn) => void switchApiServer(isOn)}>
        {t(server.address === null ? 'apiServer.off' : 'apiServer.on')}
      </Switch>
      {error && <ErrorNotice error={error} />}
      {newKey !== null && <NewKey value={newKey} />}
      {server.hasKey && <Key isNew={newKey !== null} />}
      {server.address !== null && <Running address={server.address} server={server} models={models} />}
    </div>
  )
}

/** A key, shown this once. */
function NewKey({ value }: { readonly value: string }) {
  const { t } = useTranslation(['settings', 'common'])
  return (
    <Notice
      tone="info"
      actions={
        <>
          <CopyButton text={value} label={t('apiServer.copyKey')} />
          <Button size="small" variant="quiet" onPress={hideKey}>
            {t('apiServer.hideKey')}
          </Button>
        </>
      }
    >
      {t('apiServer.newKey')}
      <code className={styles.key}>{value}</code>
    </Notice>
  )
}

function Key({ isNew }: { readonly isNew: boolean }) {
  const { t } = useTranslation('settings')
  const { isArmed, isBusy } = useApiServer()
  return (
    <Labelled label={t('apiServer.key')}>
      {!isNew && <span className={styles.help}>{t('apiServer.keyKept')}</span>}
      <Button
        size="small"
        variant={isArmed ? 'danger' : 'secondary'}
        icon={<KeyRound size={14} />}
        isDisabled={isBusy}
        onPress={() => void pressReplaceKey()}
        onBlur={disarmKey}
      >
        {t(isArmed ? 'apiServer.replaceNow' : 'apiServer.replace')}
      </Button>
    </Labelled>
  )
}

interface RunningProps {
  readonly address: string
  readonly server: ApiServerState
  readonly models: readonly ApiModel[]
}

function Running({ address, server, models }: RunningProps) {
  const { t } = useTranslation('settings')
  const newKey = useApiServer((state) => state.newKey)
  const model = models.find(({ kind }) => kind === 'experiment') ?? models[0]
  const example =
    model && curlExample(address, model.id, { key: newKey ?? KEY_PLACEHOLDER, question: t('apiServer.question') })
  return (
    <>
      <Labelled label={t('apiServer.address')}>
        <code className={styles.code}>{address}</code>
        <CopyButton text={address} label={t('apiServer.copyAddress')} />
      </Labelled>
      <Labelled label={t('apiServer.models')}>
        <Models models={models} />
      </Labelled>
      <Labelled label={t('apiServer.requests')}>
        <span role="status">
          {t('apiServer.counts', {
            count: server.requestCount,
            answering: server.answeringCount,
            waiting: server.waitingCount,
          })}
        </span>
      </Labelled>
      {example && (
        <Labelled label={t('apiServer.example')}>
          <pre className={styles.example} tabIndex={0}>
            {example}
          </pre>
          <CopyButton text={example} label={t('apiServer.copyExample')} />
        </Labelled>
      )}
    </>
  )
}

function Models({ models }: Pick<RunningProps, 'models'>) {
  const { t } = useTranslation('settings')
  if (models.length === 0) return <span className={styles.help}>{t('apiServer.noModels')}</span>
  return (
    <ul className={styles.models} tabIndex={0} aria-label={t('apiServer.models')}>
      {models.map(({ id, name, kind }) => (
        <li key={id}>
          <code>{id}</code>
          <span className={styles.kind}>
            {id !== name && kind === 'experiment' ? t('apiServer.named', { name }) : t(`apiServer.kind.${kind}`)}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Labelled({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className={styles.labelled}>
      <h3 className={styles.label}>{label}</h3>
      <div className={styles.row}>{children}</div>
    </div>
  )
}

function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const { t } = useTranslation('common')
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    toast(t('copied'))
  }
  return (
    <Button size="small" icon={<Copy size={14} />} onPress={() => void copy()}>
      {label}
    </Button>
  )
}
