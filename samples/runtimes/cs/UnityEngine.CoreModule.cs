// Stand-in for the engine's assemblies.
namespace UnityEngine
{
    public class MonoBehaviour { }

    public static class GUIUtility
    {
        public static string systemCopyBuffer { get; set; }
    }

    public class AndroidJavaObject
    {
        public AndroidJavaObject(string className, params object[] arguments) { }

        public void Call(string methodName, params object[] arguments) { }

        public ReturnType Call<ReturnType>(string methodName, params object[] arguments)
        {
            return default(ReturnType);
        }

        public FieldType GetStatic<FieldType>(string fieldName)
        {
            return default(FieldType);
        }
    }

    public class AndroidJavaClass : AndroidJavaObject
    {
        public AndroidJavaClass(string className) : base(className) { }
    }
}
