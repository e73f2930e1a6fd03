/*
 * From a record as the API shows it to a record of a file.
 */
#include "api/track_file.h"

void track_file_write(struct track_writer *w, struct timeline *t)
{
    char status[FOLD_STATUS_SIZE];
    status[0] = '\0';
    if (w->format->tells_status) {
        struct shown_alarms alarms;
        const struct snapshot shown = timeline_snapshot(t, &alarms);
        fold_status_text(shown.state, shown.fix, shown.alarms, status, sizeof(status));
    }
    track_writer_record(w, &(struct track_record){
                               .report = &t->best,
                               .extras = timeline_extras(t),
                               .shown = &t->shown->current,
                               .odometer_m_e2 = t->shown->odometer_m_e2,
                               .status = status,
                           });
}
