using UnityEngine;
using UnityEngine.UI;

public class Form : MonoBehaviour
{
    public InputField name;

    public string Name()
    {
        return name.text + "getPrimaryClip";
    }
}
