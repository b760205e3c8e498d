// Stand-in for the engine's input fields, which paste.
namespace UnityEngine.UI
{
    public class InputField : MonoBehaviour
    {
        public string text;

        public void Paste()
        {
            text = GUIUtility.systemCopyBuffer;
        }
    }
}
