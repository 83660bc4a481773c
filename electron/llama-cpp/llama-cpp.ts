import { runLlamaCpp } from '../../core/llama-cpp/service.ts'
import { connectToHost } from '../child/host-port.ts'

runLlamaCpp(connectToHost())
