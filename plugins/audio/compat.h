// TensorBoard's own routes of this dashboard (reference:
// tensorboard/plugins/audio/audio_plugin.py).
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "plugin/plugin.h"

namespace stepscope {

// {run: {tag: {"displayName", "description", "samples"}}}; samples: the most sounds of a step.
Result<Response> CompatAudioTags(const Request& request, const Context& context);
// ?run=&tag=&sample=: [{"wall_time", "label", "step", "contentType", "query"}, ...] of the steps
// that have that sound.
Result<Response> CompatAudio(const Request& request, const Context& context);
// The query that /audio gave: the bytes of the sound.
Result<Response> CompatIndividualAudio(const Request& request, const Context& context);

}  // namespace stepscope
