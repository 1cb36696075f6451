export { startView, type View, type ViewEnd, type ViewOptions } from './view/start-view.ts'
