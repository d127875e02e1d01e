// stepscope inspect LOGDIR: what is there, and what is damaged.
#include <cstdlib>

#include "app/answer.h"
#include "app/load.h"
#include "app/report.h"
#include "base/file.h"

namespace stepscope {

Result<int> Inspect(const Command& command, const AnswerOptions& options, Output& output) {
  ASSIGN_OR_RETURN(const LoadedLogdir loaded,
                   LoadOnce(command, RealFileSystem(), options.shows_progress));
  Report report = MakeReport(*loaded.snapshot, *loaded.stats, Selection(command.selection));
  report.logdir = command.server.logdir;
  output.Write(command.format == OutputFormat::kJson ? ReportJson(report)
                                                     : ReportText(report, options.terminal));
  RETURN_IF_ERROR(output.Finish());
  return command.inspect.is_strict && report.problem_count > 0 ? kExitDamaged : EXIT_SUCCESS;
}

}  // namespace stepscope
