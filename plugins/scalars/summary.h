// A scalar as bytes of a Summary message: the three layouts that PyTorch's SummaryWriter knows
// (torch/utils/tensorboard/summary.py, `scalar`). Sees only base and wire: the logger links it.
#pragma once

#include <string>
#include <string_view>

namespace stepscope {

// Each appends one whole `Summary.value` field to `summary`, a serialized Summary that the caller
// may go on appending to. Tags and values are written as given: any bytes, NaN and infinities.

// Old style: a simple_value without metadata, which readers take for the plugin `scalars`.
void AppendScalarValue(std::string_view tag, float value, std::string& summary);

// New style: a tensor without a shape and metadata that names the plugin. Single precision unless
// `double_precision`; numbers beyond float32 then become infinite, as in torch.
void AppendScalarTensorValue(std::string_view tag, double value, bool double_precision,
                             std::string& summary);

}  // namespace stepscope
