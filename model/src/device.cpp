#include <amdvi/device_impl.hpp>

namespace amdvi {

template class BasicDevice<Concrete>;
template class BasicDevice<Explain>;

}  // namespace amdvi
