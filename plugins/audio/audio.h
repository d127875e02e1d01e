// The audio dashboard: sounds, step by step. Reference: tensorboard/plugins/audio.
#pragma once

#include <string_view>

#include "plugin/plugin.h"

namespace stepscope {

extern const Plugin kAudio;

bool IsAudioSeries(const Series& series);

// What the series' plugin content says of its sounds: audio/wav, or application/octet-stream for
// what it does not name.
std::string_view AudioTypeOf(const SeriesInfo& info);

}  // namespace stepscope
