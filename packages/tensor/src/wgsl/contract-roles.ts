export { type ContractRoles, contractRoles } from '../lower/contract-roles';
