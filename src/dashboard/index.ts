export { serveDashboard } from './serve-dashboard.js';

export type { Dashboard, DashboardOptions } from './serve-dashboard.js';
