export { repeatWork, sumWork, type Work, work } from '../lower/work';
