#include "checker/generate/scene.hpp"

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include <amdvi/spec_info.hpp>

namespace amdvi::generate {

namespace {

using vector::StepKind;

[[noreturn]] void unknown(std::string_view structure, std::string_view field) {
  fmt::print(stderr, "amdvi: {} has no field {}\n", structure, field);
  std::abort();
}

std::vector<std::uint8_t> bytes_of(std::span<const std::uint64_t> words) {
  std::vector<std::uint8_t> bytes;
  for (const std::uint64_t word : words) {
    for (unsigned i = 0; i < 8; ++i) bytes.push_back(static_cast<std::uint8_t>(word >> (8 * i)));
  }
  return bytes;
}

// The device table: the smallest there is.
constexpr std::uint32_t kTableBytes = 4096;

// How much of the two pages is filled and looked at: the target in the middle, canaries around.
constexpr std::uint32_t kLook = 64;

}  // namespace

std::vector<std::uint64_t> pack(std::string_view structure, Fields fields,
                                std::vector<std::uint64_t> words) {
  const spec::StructureInfo* info = spec::find_structure(structure);
  if (info == nullptr) unknown(structure, "(structure)");
  words.resize((info->width + 63) / 64);
  for (const auto& [name, value] : fields) {
    bool found = false;
    for (const spec::FieldInfo& f : info->fields) {
      if (f.name != name) continue;
      spec::set_field(f, words, value);
      found = true;
    }
    if (!found) unknown(structure, name);
  }
  return words;
}

std::vector<std::uint64_t> pack(std::string_view structure, Fields fields) {
  return pack(structure, fields, {});
}

std::vector<std::uint64_t> pack_all(std::string_view structure, const FieldList& fields,
                                    std::vector<std::uint64_t> words) {
  for (const auto& field : fields) words = pack(structure, {field}, std::move(words));
  return words;
}

std::vector<std::uint64_t> command(std::string_view name, Fields fields) {
  return pack(name, fields, pack(name, {{"opcode", spec::find_structure(name)->code}}));
}

std::vector<std::uint8_t> Scene::token(std::uint32_t length) {
  std::vector<std::uint8_t> bytes;
  for (std::uint32_t i = 0; i < length; ++i)
    bytes.push_back(static_cast<std::uint8_t>(0xA0 + i % 16));
  return bytes;
}

Scene::Scene(const profile::Profile& profile)
    : profile_(profile), layout_(profile.window_start, profile.window_length) {
  device_ = profile.requesters.front().device_id;
  device_table_ = layout_.take(kTableBytes);
  command_ring_ = layout_.take(4096);
  event_ring_ = layout_.take(4096);
  page_ = layout_.take(4096);
  identity_ = layout_.take(4096);
  store_ = layout_.take(4096);
  // One DomainID names one set of tables; a fresh one for each kind of scene is not needed,
  // because every vector invalidates before it acts.
  domain_ = 1;
}

void Scene::use_requester(std::string_view engine) {
  for (const profile::Requester& r : profile_.requesters) {
    if (r.engine != engine) continue;
    device_ = r.device_id;
    return;
  }
}

bool Scene::use_requester_beyond_table(bool interrupts) {
  for (const profile::Requester& r : profile_.requesters) {
    if (std::uint64_t{r.device_id} * 32 < kTableBytes) continue;
    if (r.engine == "ioapic" && !interrupts) continue;
    device_ = r.device_id;
    return true;
  }
  return false;
}

std::uint64_t Scene::take(std::uint64_t length, std::uint64_t align) {
  return layout_.take(length, align);
}

vector::Step& Scene::add(StepKind kind) {
  std::vector<vector::Step>& steps = started_ ? vector_.steps : vector_.setup;
  steps.emplace_back();
  steps.back().kind = kind;
  return steps.back();
}

void Scene::mem(std::uint64_t at, std::span<const std::uint64_t> words, std::string note) {
  vector::Step& step = add(StepKind::kMem);
  step.at = at;
  step.bytes = bytes_of(words);
  step.note = std::move(note);
}

void Scene::zero(std::uint64_t at, std::uint32_t length, std::string note) {
  vector::Step& step = add(StepKind::kZero);
  step.at = at;
  step.length = length;
  step.note = std::move(note);
}

void Scene::set_dte(std::span<const std::uint64_t> words) {
  mem(device_table_ + std::uint64_t{32} * device_, words,
      fmt::format("DeviceTableEntry of device {:#06x}", device_));
}

void Scene::write(std::string reg, std::uint64_t value, std::string note) {
  vector::Step& step = add(StepKind::kWrite);
  step.reg = std::move(reg);
  step.value = value;
  step.note = std::move(note);
}

void Scene::write_half(std::string reg, bool high, std::uint64_t value, std::string note) {
  write(std::move(reg), value, std::move(note));
  vector::Step& step = started_ ? vector_.steps.back() : vector_.setup.back();
  step.size = 4;
  step.high_half = high;
}

void Scene::fill(std::uint64_t page, std::uint64_t word, std::string note) {
  const std::vector<std::uint64_t> words(kLook / 8, word);
  mem(page, words, std::move(note));
}

void Scene::program_registers(unsigned command_length, unsigned event_length) {
  const auto bytes = [](unsigned length) { return std::uint32_t{16} << length; };
  if (command_length > 8) command_ring_ = take(bytes(command_length));
  if (event_length > 8) event_ring_ = take(bytes(event_length));
  command_length_ = command_length;
  event_length_ = event_length;
  ring_bytes_ = bytes(command_length);
  zero(device_table_, kTableBytes, "device table");
  zero(command_ring_, bytes(command_length), "command ring");
  zero(event_ring_, bytes(event_length), "event log");
  zero(store_, 4096, "completion store");
  fill(page_, kPageFill, "the page translations lead to");
  fill(identity_, kIdentityFill, "the page whose IOVA equals its address");
  write("DeviceTableBase", pack("DeviceTableBase", {{"Base", device_table_ >> 12}})[0]);
  rewrite_command_base();
  rewrite_event_base();
}

void Scene::rewrite_command_base() {
  write("CommandBufferBase",
        pack("CommandBufferBase", {{"Base", command_ring_ >> 12}, {"Len", command_length_}})[0]);
  tail_ = 0;
}

void Scene::rewrite_event_base() {
  write("EventLogBase",
        pack("EventLogBase", {{"Base", event_ring_ >> 12}, {"Len", event_length_}})[0]);
}

void Scene::start_at(std::uint64_t offset) {
  write("CommandBufferHead", offset);
  write("CommandBufferTail", offset);
  tail_ = offset;
}

void Scene::enable(Fields more) {
  const auto control = pack("Control", {{"IommuEn", 1}, {"EventLogEn", 1}, {"CmdBufEn", 1}});
  write("Control", pack("Control", more, control)[0]);
}

void Scene::queue(std::span<const std::uint64_t> command, std::string note) {
  mem(command_ring_ + tail_, command, std::move(note));
  tail_ = (tail_ + 16) % ring_bytes_;
}

void Scene::ring() {
  write("CommandBufferTail", tail_);
  settle();
}

void Scene::invalidate() {
  queue(command("INVALIDATE_DEVTAB_ENTRY", {{"DeviceID", device_}}), "INVALIDATE_DEVTAB_ENTRY");
  queue(command("INVALIDATE_IOMMU_PAGES",
                {{"DomainID", domain_}, {"S", 1}, {"PDE", 1}, {"Address", 0x7FFFFFFFFFFFF}}),
        "INVALIDATE_IOMMU_PAGES");
  wait();
}

void Scene::wait() {
  queue(command("COMPLETION_WAIT",
                {{"s", 1}, {"StoreAddress", store_ >> 3}, {"StoreData", ++waits_}}),
        "COMPLETION_WAIT");
  ring();
}

void Scene::dma_write(std::uint64_t iova, std::uint32_t length) {
  vector::Step& step = add(StepKind::kDma);
  step.device = device_;
  step.at = iova;
  step.is_write = true;
  step.pasid = pasid_;
  step.translated = translated_;
  step.bytes = token(length);
}

void Scene::dma_swap(std::uint64_t iova) {
  dma_write(iova);
  vector::Step& step = vector_.steps.back();
  step.is_read = true;
  step.length = static_cast<std::uint32_t>(step.bytes.size());
  step.label = "data";
}

vector::Step& Scene::wanted(StepKind kind, std::uint64_t iova, bool read, bool write,
                            vector::Pasid pasid) {
  vector::Step& step = add(kind);
  step.device = device_;
  step.at = iova;
  step.is_read = read;
  step.is_write = write;
  step.pasid = pasid;
  return step;
}

void Scene::ats(std::uint64_t iova, bool read, bool write, vector::Pasid pasid) {
  vector::Step& step = wanted(StepKind::kAts, iova, read, write, pasid);
  step.label = "answer";
}

void Scene::page_request(std::uint64_t iova, bool read, bool write, vector::Pasid pasid,
                         std::uint16_t group, bool last) {
  vector::Step& step = wanted(StepKind::kPpr, iova, read, write, pasid);
  step.group = group;
  step.last = last;
}

void Scene::dma_read(std::uint64_t iova, std::uint32_t length, std::string label) {
  vector::Step& step = add(StepKind::kDma);
  step.device = device_;
  step.at = iova;
  step.pasid = pasid_;
  step.translated = translated_;
  step.length = length;
  step.label = std::move(label);
}

void Scene::copy(std::uint64_t from, std::uint64_t to, std::uint32_t length, std::uint64_t script,
                 std::uint64_t script_spa) {
  vector::Step& step = add(StepKind::kCopy);
  step.device = device_;
  step.at = from;
  step.to = to;
  step.length = length;
  step.script = script;
  step.script_spa = script_spa;
}

void Scene::msi(std::uint64_t address, std::uint32_t data, std::string label) {
  vector::Step& step = add(StepKind::kMsi);
  step.device = device_;
  step.at = address;
  step.value = data;
  step.label = std::move(label);
}

void Scene::vf_write(std::uint16_t guest, std::string reg, std::uint64_t value, std::string note) {
  vector::Step& step = add(StepKind::kVfWrite);
  step.guest = guest;
  step.reg = std::move(reg);
  step.value = value;
  step.note = std::move(note);
}

void Scene::vf_write_half(std::uint16_t guest, std::string reg, bool high, std::uint64_t value) {
  vf_write(guest, std::move(reg), value);
  vector::Step& step = started_ ? vector_.steps.back() : vector_.setup.back();
  step.size = 4;
  step.high_half = high;
}

void Scene::vf_read(std::uint16_t guest, std::string reg, std::string label) {
  vector::Step& step = add(StepKind::kVfRead);
  step.guest = guest;
  step.reg = std::move(reg);
  step.label = std::move(label);
}

void Scene::entries(std::uint64_t at, std::uint32_t length, std::string of, std::string label,
                    std::string note) {
  vector::Step& step = add(StepKind::kEntries);
  step.at = at;
  step.length = length;
  step.reg = std::move(of);
  step.label = std::move(label);
  step.note = std::move(note);
}

void Scene::settle() { add(StepKind::kSettle); }

void Scene::reset() { add(StepKind::kReset); }

void Scene::config_write(std::string reg, std::uint32_t value, std::string note) {
  vector::Step& step = add(StepKind::kConfigWrite);
  step.reg = std::move(reg);
  step.size = 4;
  step.value = value;
  step.note = std::move(note);
}

void Scene::config_read(std::string reg, std::string label) {
  vector::Step& step = add(StepKind::kConfigRead);
  step.reg = std::move(reg);
  step.size = 4;
  step.label = std::move(label);
}

void Scene::own_message(std::string label) { add(StepKind::kOwnMessage).label = std::move(label); }

void Scene::read(std::string reg, std::string label, unsigned size) {
  vector::Step& step = add(StepKind::kRead);
  step.reg = std::move(reg);
  step.size = size;
  step.label = std::move(label);
}

void Scene::peek(std::uint64_t at, std::uint32_t length, std::string label, std::string note) {
  vector::Step& step = add(StepKind::kPeek);
  step.at = at;
  step.length = length;
  step.label = std::move(label);
  step.note = std::move(note);
}

void Scene::events() { add(StepKind::kEvents).label = "events"; }

void Scene::responses() { add(StepKind::kResponses).label = "responses"; }

void Scene::invalidations() { add(StepKind::kInvalidations).label = "invalidations"; }

void Scene::look_at_pages() {
  peek(page_, kLook, "page", "the page translations lead to");
  peek(identity_, kLook, "identity", "the page whose IOVA equals its address");
}

}  // namespace amdvi::generate
