/** What the other rooms use of this one. */

export {baseName, type Other} from './menu.ts';
export {isReportPage, pageOf} from './page.ts';
export {type Report, type ReportComparison, reportOf} from './report.ts';
