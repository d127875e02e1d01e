// A Keras model as a graph of its layers, which TensorBoard calls conceptual.
#pragma once

#include <string_view>

#include <tensorboard/graph.pb.h>

#include "base/result.h"

namespace stepscope {

// `json` is what model.to_json() gave. Layers are nodes, models are scopes of names; the attributes
// are keras_class and, where it is a known one, dtype. Edges are read as Keras 3 writes them; of
// Keras 2 only those of Sequential models, as upstream (tensorboard/plugins/graph/keras_util.py).
// INVALID_ARGUMENT: it is no such JSON.
Result<tensorboard::GraphDef> KerasModelGraph(std::string_view json);

}  // namespace stepscope
