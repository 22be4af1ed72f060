export { ElementIndex } from '../lower/index-form';
