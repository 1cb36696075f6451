export { type Misbehaviour, type ReceivedEvent, type Receiver, startReceiver } from './testing/receiver.ts'
