/** The texts of the wall, Chinese. */
import type { wallEn } from './wall_en.ts';

export const wallZh: typeof wallEn = {
  'wall.title': '大屏',
  'wall.alarms': '当前报警',
  'wall.quiet': '当前没有报警。',
  'wall.failed': '无法读取报警，正在重试。',
  'wall.more': '另有 {n} 条较早的报警',
  'wall.zone': '时区：{zone}',
  'wall.vehicles': '{n} 辆车',
  'wall.leave': '退出大屏 (Esc)',
  'wall.full': '全屏',
  'wall.noMap': '此浏览器无法绘制地图（缺少 WebGL 2）。',
  'wall.empty': '还没有车辆。请退出大屏后添加第一辆。',
};
