import { runEngine } from '../../core/engine/engine-service.ts'
import { connectToHost } from '../child/host-port.ts'

runEngine(connectToHost())
