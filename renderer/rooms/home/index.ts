export { HomeRoom } from './HomeRoom.tsx'
