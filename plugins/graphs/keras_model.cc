#include "plugins/graphs/keras_model.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace stepscope {
namespace {

using Json = nlohmann::json;
using tensorboard::DataType;

constexpr size_t kMaxModelBytes = 64 << 20;  // Keras' JSON holds no weights.
constexpr int kMaxModelDepth = 64;           // Of models in models; each takes a stack frame.
// Of all names together, which grow with the depth of the models.
constexpr size_t kMaxNameBytes = 64 << 20;

Error Invalid(std::string message) {
  return {Code::kInvalidArgument, "not a Keras model: " + std::move(message)};
}

// The member of that name; null where there is none.
const Json* Member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto member = object.find(name);
  return member == object.end() || member->is_null() ? nullptr : &*member;
}

std::string Scoped(const std::string& scope, const std::string& name) {
  return scope.empty() ? name : scope + '/' + name;
}

// Of numpy's names, TensorFlow's three others, and its references ("float32_ref").
std::optional<DataType> DataTypeOf(const std::string& name) {
  constexpr std::pair<std::string_view, std::string_view> kOtherNames[] = {
      {"float16", "half"}, {"float32", "float"}, {"float64", "double"}};
  constexpr std::string_view kReference = "_ref";
  std::string_view base = name;
  const bool is_reference = base.ends_with(kReference);
  if (is_reference) base.remove_suffix(kReference.size());
  for (const auto& [numpy, other] : kOtherNames) {
    if (base == numpy) base = other;
  }
  std::string full = "DT_";
  for (const char c : base) {
    if (c >= 'A' && c <= 'Z') return std::nullopt;
    full += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  if (is_reference) full += "_REF";
  DataType type = DataType::DT_INVALID;
  // What came after the types that TensorBoard's own table knows.
  constexpr DataType kLastKnown = DataType::DT_UINT64;
  if (!tensorboard::DataType_Parse(full, &type) || type == DataType::DT_INVALID) {
    return std::nullopt;
  }
  const int plain = is_reference ? type - DataType::DT_FLOAT_REF + DataType::DT_FLOAT : type;
  return plain <= kLastKnown ? std::optional(type) : std::nullopt;
}

std::optional<std::string> DataTypeName(const Json& config) {
  const Json* dtype = Member(config, "dtype");
  // A policy, as Keras writes it for all layers but inputs.
  if (dtype != nullptr && dtype->is_object()) {
    const Json* const policy = Member(*dtype, "config");
    dtype = policy == nullptr ? nullptr : Member(*policy, "name");
  }
  if (dtype == nullptr || !dtype->is_string()) return std::nullopt;
  return dtype->get<std::string>();
}

// Where an input of a layer comes from: which output of which other layer.
struct Source {
  std::string layer;
  size_t output = 0;
};

void AppendSource(const Json& argument, std::vector<Source>& sources) {
  const Json* const config = Member(argument, "config");
  const Json* const history = config == nullptr ? nullptr : Member(*config, "keras_history");
  if (history == nullptr || !history->is_array() || history->size() < 3) return;
  const Json& layer = (*history)[0];
  const Json& output = (*history)[2];
  if (!layer.is_string()) return;
  sources.push_back(
      {layer.get<std::string>(), output.is_number_unsigned() ? output.get<size_t>() : 0});
}

std::vector<Source> SourcesOf(const Json& layer) {
  std::vector<Source> sources;
  const Json* const calls = Member(layer, "inbound_nodes");
  if (calls == nullptr || !calls->is_array()) return sources;
  for (const Json& call : *calls) {
    const Json* const arguments = Member(call, "args");
    if (arguments == nullptr || !arguments->is_array()) continue;
    for (const Json& argument : *arguments) {
      if (!argument.is_array()) {
        AppendSource(argument, sources);
        continue;
      }
      for (const Json& element : argument) AppendSource(element, sources);
    }
  }
  return sources;
}

// ["a", 0, 0] or [["a", 0, 0], ["b", 0, 0]]: the names.
std::vector<std::string> LayerNames(const Json* layers) {
  std::vector<std::string> names;
  if (layers == nullptr || !layers->is_array() || layers->empty()) return names;
  const auto append = [&](const Json& layer) {
    if (layer.is_array() && !layer.empty() && layer[0].is_string()) names.push_back(layer[0]);
  };
  if ((*layers)[0].is_array()) {
    for (const Json& layer : *layers) append(layer);
  } else {
    append(*layers);
  }
  return names;
}

class GraphMaker {
 public:
  // The layer and, of a model, all that are in it, in the order in which they are written.
  Status AddLayer(const std::string& scope, const Json& layer, int depth) {
    if (depth > kMaxModelDepth) {
      return Invalid("more than " + std::to_string(kMaxModelDepth) + " models in each other");
    }
    const Json* const config = Member(layer, "config");
    if (config == nullptr) return Invalid("a layer without a config");
    const Json* const name = Member(*config, "name");
    if (name == nullptr || !name->is_string()) return Invalid("a layer without a name");
    const std::string full_name = Scoped(scope, name->get<std::string>());
    const Json* const layers = Member(*config, "layers");
    if (layers == nullptr) return AddNode(scope, full_name, layer, *config);

    if (!layers->is_array() || layers->empty()) return Invalid("a model without layers");
    RETURN_IF_ERROR(EnterModel(scope, full_name, layer, *config, layers->back()));
    for (const Json& sublayer : *layers) {
      RETURN_IF_ERROR(AddLayer(full_name, sublayer, depth + 1));
    }
    return {};
  }

  tensorboard::GraphDef TakeGraph() { return std::move(graph_); }

 private:
  // Whoever names a model means its outputs; what is fed to it feeds its inputs.
  Status EnterModel(const std::string& scope, const std::string& name, const Json& layer,
                    const Json& config, const Json& last_layer) {
    const std::vector<std::string> inputs = LayerNames(Member(config, "input_layers"));
    const std::vector<std::string> outputs = LayerNames(Member(config, "output_layers"));
    const std::vector<Source> sources = SourcesOf(layer);
    const bool is_functional = !inputs.empty() && !outputs.empty();
    if (is_functional && !sources.empty()) {
      for (size_t i = 0; i < std::min(inputs.size(), sources.size()); ++i) {
        feeds_[Scoped(name, inputs[i])] = Scoped(scope, sources[i].layer);
      }
    } else if (!sources.empty()) {
      previous_ = Scoped(scope, sources[0].layer);
    } else if (is_functional && previous_) {
      feeds_[Scoped(name, inputs[0])] = *previous_;
    }

    std::vector<std::string>& ends = outputs_[name];
    ends.clear();
    if (is_functional) {
      for (const std::string& output : outputs) ends.push_back(Scoped(name, output));
      return {};
    }
    const Json* const last_config = Member(last_layer, "config");
    const Json* const last = last_config == nullptr ? nullptr : Member(*last_config, "name");
    if (last == nullptr || !last->is_string()) return Invalid("a layer without a name");
    ends.push_back(Scoped(name, last->get<std::string>()));
    return {};
  }

  Status AddNode(const std::string& scope, const std::string& name, const Json& layer,
                 const Json& config) {
    tensorboard::NodeDef& node = *graph_.add_node();
    node.set_name(name);
    name_bytes_ += name.size();
    if (const Json* const type = Member(layer, "class_name"); type && type->is_string()) {
      (*node.mutable_attr())["keras_class"].set_s(type->get<std::string>());
    }
    if (const auto type_name = DataTypeName(config)) {
      if (const auto type = DataTypeOf(*type_name)) (*node.mutable_attr())["dtype"].set_type(*type);
    }
    if (Member(layer, "inbound_nodes") != nullptr) {
      for (const Source& source : SourcesOf(layer)) {
        std::string input = Scoped(scope, source.layer);
        const auto model = outputs_.find(input);
        if (model != outputs_.end()) {
          input = model->second[std::min(source.output, model->second.size() - 1)];
        }
        AddInput(input, node);
      }
    } else if (previous_) {
      AddInput(*previous_, node);
    }
    if (const auto feed = feeds_.find(name); feed != feeds_.end()) AddInput(feed->second, node);
    previous_ = name;
    if (name_bytes_ > kMaxNameBytes) {
      return Error{Code::kResourceExhausted, "the names of the model's layers have more than " +
                                                 std::to_string(kMaxNameBytes) + " bytes"};
    }
    return {};
  }

  void AddInput(const std::string& input, tensorboard::NodeDef& node) {
    node.add_input(input);
    name_bytes_ += input.size();
  }

  tensorboard::GraphDef graph_;
  std::map<std::string, std::string> feeds_;  // Input layer of a model: what feeds it.
  std::map<std::string, std::vector<std::string>> outputs_;  // Model: its output layers.
  std::optional<std::string> previous_;  // The node that was added last, for Sequential models.
  size_t name_bytes_ = 0;
};

}  // namespace

Result<tensorboard::GraphDef> KerasModelGraph(std::string_view json) {
  if (json.size() > kMaxModelBytes) {
    return Error{Code::kResourceExhausted, "the model's JSON has more than the limit of " +
                                               std::to_string(kMaxModelBytes) + " bytes"};
  }
  const Json model = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (model.is_discarded()) return Invalid("no JSON");
  GraphMaker maker;
  RETURN_IF_ERROR(maker.AddLayer("", model, 0));
  return maker.TakeGraph();
}

}  // namespace stepscope
